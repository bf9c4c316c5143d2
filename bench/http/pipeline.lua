-- Sixteen requests in one write, for wrk.
local depth = 16

init = function(args)
  local requests = {}
  for i = 1, depth do
    requests[i] = wrk.format()
  end
  burst = table.concat(requests)
end

request = function()
  return burst
end
