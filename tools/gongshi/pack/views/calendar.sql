-- order: 250
-- title: 工作日历
-- key: calendar_date
-- columns: calendar.calendar_date calendar.day_kind calendar.holiday
SELECT * FROM {calendar} ORDER BY calendar_date
