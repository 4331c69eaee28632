-- reads: schools(school_code, name)
SELECT school_code, name, ''
FROM schools
