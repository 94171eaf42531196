"""The Lua scripts for the keys of seats. Each one is atomic."""

from persistence.key_value.script_batch import Script

ACQUIRE = Script("""
local known = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
    if known[i] then return known end
end
for i = 1, #KEYS do
    redis.call('SET', KEYS[i], ARGV[1], 'PX', ARGV[2])
end
return 1
""")

# ARGV: token, lock ms, marker ms, a marker per key. The marker's time is counted from
# the lock, which is older than the hold: so it ends first, however late this runs.
MARK_HELD = Script("""
for i = 1, #KEYS do
    if redis.call('GET', KEYS[i]) == ARGV[1] then
        local age = tonumber(ARGV[2]) - redis.call('PTTL', KEYS[i])
        local left = math.floor(ARGV[3] - age)
        if left > 0 then
            redis.call('SET', KEYS[i], ARGV[3 + i], 'PX', left)
        else
            redis.call('DEL', KEYS[i])
        end
    end
end
""")

# Deletes values that begin with ARGV[1]: a lock's token, or a marker's reservation id.
CLEAR = Script("""
for i = 1, #KEYS do
    local value = redis.call('GET', KEYS[i])
    if value and string.sub(value, 1, #ARGV[1]) == ARGV[1] then
        redis.call('DEL', KEYS[i])
    end
end
""")

# ARGV: the reservation's id, marker ms, a marker per key. A key without a marker of the
# reservation stays as it is: its hold may have ended since.
MARK_EXTENDED = Script("""
for i = 1, #KEYS do
    local value = redis.call('GET', KEYS[i])
    if value and string.sub(value, 1, #ARGV[1]) == ARGV[1] then
        if tonumber(ARGV[2]) > 0 then
            redis.call('SET', KEYS[i], ARGV[2 + i], 'PX', ARGV[2])
        else
            redis.call('DEL', KEYS[i])
        end
    end
end
""")

# ARGV: marker ms, a marker per key. Without time left nothing is said of the seats.
MARK_SOLD = Script("""
for i = 1, #KEYS do
    if tonumber(ARGV[1]) > 0 then
        redis.call('SET', KEYS[i], ARGV[1 + i], 'PX', ARGV[1])
    else
        redis.call('DEL', KEYS[i])
    end
end
""")
