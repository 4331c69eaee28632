-- reads: payments(payment_id)
-- reads: subsidies(payment_id)
-- note: Payments to units are public one by one; those to persons, as figures.yaml says which they are, only as frozen sums.
NOT ($persons)
