"""The day on which what a record tells of happened, and when its entry counts as late."""

LATE = 30  # days after which an entry counts as late
BUSINESS_DATES = {
    **{"contacts": "contacted_on", "payments": "paid_on", "notices": "starts_on", "case-steps": "done_on"},
    **{"status-events": "occurred_on", "subsidies": "paid_on", "complaints": "received_on", "ledgers": "entered_on"},
    **{"inspections": "finished_on", "project-stages": "done_on", "monitoring": "identified_on", "loans": "lent_on"},
    **{
        "memberships": "started_on",
        "trainings": "ended_on",
        "notice-objections": "raised_on",
        "project-changes": "changed_on",
    },
}
