-- Drives Neovim as a person would, and writes what is seen to the file that SEEN names.
local seen = {}

local function finish()
  local file = assert(io.open(os.getenv('SEEN'), 'w'))
  file:write(vim.fn.json_encode(seen))
  file:close()
  vim.cmd('qall!')
end

-- Waits until something is so; says what it waited for where it never is.
local function wait(what, is)
  if not vim.wait(30000, is, 20) then
    seen.failed = what
    finish()
  end
end

local function diagnostics()
  local found = {}
  for _, one in ipairs(vim.diagnostic.get(0)) do
    if one.severity ~= vim.diagnostic.severity.HINT then
      table.insert(found, {
        line = one.lnum + 1,
        column = one.col,
        to = one.end_col,
        code = one.code,
        source = one.source,
        severity = one.severity,
        message = one.message,
      })
    end
  end
  return found
end

local function has(code)
  for _, one in ipairs(diagnostics()) do
    if one.code == code then
      return true
    end
  end
  return false
end

-- Chooses the action whose title holds some words, from the list that a person would see.
local function act(words)
  seen.offered = nil
  vim.ui.select = function(items, options, choose)
    seen.offered = {}
    local chosen
    for _, item in ipairs(items) do
      local title = options.format_item(item)
      table.insert(seen.offered, title)
      if title:find(words, 1, true) then
        chosen = item
      end
    end
    choose(chosen)
  end
  vim.lsp.buf.code_action()
end

local function drive()
  wait('the overlap', function() return has('overlapping-lanes') end)
  seen.opened = diagnostics()

  -- Type another glob: the findings follow what is typed and not saved.
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  vim.cmd([[normal! f*xxi*.rs]])
  wait('no overlap while typing', function() return not has('overlapping-lanes') end)
  vim.cmd('undo')
  wait('the overlap after undo', function() return has('overlapping-lanes') end)

  -- Take the choice that excludes the path, and save.
  vim.fn.search('src/', 'cw')
  act('exclude')
  wait('the exclusion', function()
    return vim.fn.search('!src/', 'nw') > 0 and not has('overlapping-lanes')
  end)
  seen.acted = diagnostics()
  vim.cmd('write')
end

local ok, why = pcall(drive)
if not ok then
  seen.failed = why
end
finish()
