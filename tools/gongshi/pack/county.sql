-- The county and its households for single commands (cli).

-- name: threshold
SELECT max("threshold") FROM county

-- name: named
SELECT county_code, name, office FROM county
