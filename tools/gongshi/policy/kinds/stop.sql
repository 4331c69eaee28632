-- kind: stop
-- title: 停发
-- demands: event_date（死亡、迁出等）之后不得再有 date：from 为 next 时从下一日、月、季（grain）起停，same 时从当期起停。
-- violates: date 落在停发之后的行；event_date 为空不判。
-- primary: date
-- doubts: s.date >= (date_trunc({{grain}}, s.event_date) + CASE WHEN {{from}} = 'same' THEN INTERVAL 0 DAY
-- doubts: WHEN {{grain}} = 'day' THEN INTERVAL 1 DAY WHEN {{grain}} = 'month' THEN INTERVAL 1 MONTH ELSE INTERVAL 3 MONTH END)::DATE
-- param date: date required
-- param event_date: date required
-- param grain: choice(month day quarter)
-- param from: choice(next same)
-- needs: date event_date
-- plans: 5 20
-- example: {kind: stop, resource: subsidies, where: [{field: member_no.life_status, is: 死亡}], date: paid_on, event_date: member_no.life_status_ym}
SELECT s._row FROM subject s
WHERE {{doubts}}
