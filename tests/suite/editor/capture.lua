-- Writes what Neovim's screen shows of a plan with an overlap.
vim.o.columns = 120
vim.o.lines = 15
vim.o.number = true
vim.o.signcolumn = 'yes'
vim.o.laststatus = 2
vim.o.ruler = false

vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 20)
vim.diagnostic.setloclist()
vim.cmd('resize 4 | redraw!')

local lines = {}
for row = 1, vim.o.lines do
  local cells = {}
  for column = 1, vim.o.columns do
    table.insert(cells, vim.fn.screenstring(row, column))
  end
  table.insert(lines, (table.concat(cells):gsub('%s+$', '')))
end
local file = assert(io.open(os.getenv('SEEN'), 'w'))
file:write(vim.fn.json_encode({ screen = table.concat(lines, '\n') }))
file:close()
vim.cmd('qall!')
