-- reads: assets(asset_no, name)
SELECT asset_no, name, ''
FROM assets
