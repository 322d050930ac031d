-- Adds a row and its message in one step, and each row only once. The id of a message is its position, <epoch>-<seq>.
-- The epoch is the time at which the log began, so the numbers of a lost log never come again.
local time = redis.call('TIME')
local now = string.format('%d%06d', time[1], time[2])
if redis.call('ZADD', KEYS[2], 'NX', now, ARGV[1]) == 0 then return end
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -1001)
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local epoch, seq = string.match(last and last[1] or now .. '-0', '(%d+)-(%d+)')
return redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[2], epoch .. '-' .. (seq + 1), 'row', ARGV[1])
