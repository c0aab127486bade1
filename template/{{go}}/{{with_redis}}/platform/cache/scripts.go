// Kept by the platform: docs/ownership.md says what that means.

package cache

import (
	goredis "github.com/redis/go-redis/v9"
)

// Each script has the keys of an entry and of its resource's generation. An entry is written as
// `generation version expiry took layout`, a new line, and the text; numbers are in microseconds.
// The number of a generation is the time at which it began, so none ever comes back.
const preamble = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function begin(lasting)
	local last = tonumber(redis.call('GET', KEYS[2])) or 0
	local generation = string.format('%.0f', math.max(now, last + 1))
	redis.call('SET', KEYS[2], generation, 'PX', lasting)
	return generation
end

-- The version of an entry that counts, how long it stays, in milliseconds, its expiry and its layout.
local function standing(generation)
	local of, version, expiry, layout = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+) (%d+) (%d+) %d+ (%w+)\n')
	if of ~= generation then return -1, 0, 0, '' end
	return tonumber(version), redis.call('PTTL', KEYS[1]), tonumber(expiry), layout
end
`

// look: how long a generation lasts. It returns the time, the generation, and what stands there.
var look = goredis.NewScript(preamble + `
return {now, redis.call('GET', KEYS[2]) or begin(ARGV[1]), redis.call('GET', KEYS[1])}`)

// keep: the generation and the time of the sighting, for how long that is good, the version, how long the copy lives, `took layout`, the text.
// A copy is kept unless it comes too late, or there is a newer one. One that takes the place of a tombstone stays as long as that would have.
var keep = goredis.NewScript(preamble + `
local generation, version, lives = ARGV[1], tonumber(ARGV[4]), tonumber(ARGV[5])
if redis.call('GET', KEYS[2]) ~= generation or now - ARGV[2] > ARGV[3] * 1000 then return 0 end
local known, stays = standing(generation)
if known > version then return 0 end
local head = string.format('%s %s %.0f %s', generation, ARGV[4], now + lives * 1000, ARGV[6])
redis.call('SET', KEYS[1], head .. '\n' .. ARGV[7], 'PX', math.max(lives, stays))
return 1`)

// bury: how long a generation lasts, the version, how long a tombstone stays, its layout. A newer copy that is there already stays as long.
// A tombstone gives way to one that is no older and has an expiry of its own, so that readers see that there was another write.
var bury = goredis.NewScript(preamble + `
local generation = redis.call('GET', KEYS[2]) or begin(ARGV[1])
local version = tonumber(ARGV[2])
local known, stays, last, layout = standing(generation)
if known < version or layout == ARGV[4] then
	local head = string.format('%s %.0f %.0f 0 %s', generation, math.max(known, version), math.max(now, layout == ARGV[4] and last + 1 or 0), ARGV[4])
	redis.call('SET', KEYS[1], head .. '\n', 'PX', ARGV[3])
elseif stays < tonumber(ARGV[3]) then
	redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 1`)

// renew: how long a generation lasts.
var renew = goredis.NewScript(preamble + `return begin(ARGV[1])`)
