// markdownlint has no rule for a code block without a closing fence. Such a block runs to the end of
// the page, or swallows the opening fence of the next block and ends with that.
export default {
  names: ["closed-fences"],
  description: "Code blocks should be closed",
  tags: ["code"],
  parser: "markdownit",
  function: ({ parsers, lines }, onError) => {
    for (const { type, markup, map, content } of parsers.markdownit.tokens) {
      if (type !== "fence") continue;
      const [start, end] = map;
      const closed = end - start > 1 && lines[end - 1].trim().startsWith(markup);
      if (!closed || content.match(/^ {0,3}(```|~~~)\S/m)?.[1] === markup) {
        onError({ lineNumber: start + 1 });
      }
    }
  },
};
