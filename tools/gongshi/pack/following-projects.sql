-- reads: project-stages(project_id, stage, done_on)
-- How far a project is, by the furthest step on record, and when it was accepted.
SELECT s.project_id, arg_max(o.stage, o.place) AS stage, max(s.done_on) FILTER (s.stage = '县级验收') AS accepted_on
FROM "project-stages" s JOIN (VALUES
  ('乡镇申报', 1, '入库'), ('县级审批', 2, '下达'), ('招标', 3, '招标'), ('开工', 4, '开工'), ('竣工', 5, '竣工'),
  ('乡镇初检', 6, '初检'), ('县级验收', 7, '验收'), ('乡级报账', 8, '验收'), ('决算', 9, '决算'), ('移交', 10, '移交'))
  o(step, place, stage) ON o.step = s.stage GROUP BY ALL
