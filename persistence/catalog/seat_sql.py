"""The statements that plan the seats of a locked room, and the zones of a cinema."""

ZONE = "id, name, is_default"
ZONES = f"SELECT {ZONE}, name_key FROM price_zones WHERE cinema_id = $1"
ADD_ZONE = f"""
INSERT INTO price_zones (cinema_id, name, name_key) VALUES ($1, $2, $3)
RETURNING {ZONE}
"""
RENAME_ZONE = f"""
UPDATE price_zones SET name = $2, name_key = $3 WHERE id = $1 RETURNING {ZONE}
"""
# Its zones are a part of the cinema.
COUNT_ZONE_CHANGE = "UPDATE cinemas SET version = version + 1 WHERE id = $1"

SEATS = """
SELECT id, row_label, number, label, x, y, place, features, zone_id, out_of_service
FROM seats WHERE room_id = $1
"""

PLANNED = """
jsonb_to_recordset($2) AS planned (
    id uuid, row_label text, number int, label text, label_key text, x float8,
    y float8, place int, features text[], zone_id uuid, out_of_service bool)
"""
ADD_SEATS = f"""
INSERT INTO seats (room_id, row_label, number, label, label_key, x, y, place, features,
                   zone_id, out_of_service)
SELECT $1, row_label, number, label, label_key, x, y, place, features, zone_id,
       out_of_service
FROM {PLANNED}
RETURNING id
"""

# Two seats may exchange their labels or places. A unique index is checked row by row,
# and compares no NULL.
CLEAR_SEATS = """
UPDATE seats SET label_key = NULL, place = NULL
WHERE room_id = $1 AND id = ANY($2::uuid[])
"""
CHANGE_SEATS = f"""
UPDATE seats SET label = planned.label, label_key = planned.label_key,
    x = planned.x, y = planned.y, place = planned.place, features = planned.features,
    zone_id = planned.zone_id, out_of_service = planned.out_of_service
FROM {PLANNED}
WHERE seats.id = planned.id AND seats.room_id = $1
"""
