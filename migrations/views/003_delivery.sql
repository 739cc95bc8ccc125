-- What a destination's owner and its failures leave behind: from when on leads are wanted although the settings leave
-- them out, since when every attempt failed for a reason that may pass, and which alert was given last (percent of the
-- time after which it is paused).
ALTER TABLE destination ADD COLUMN backfill_since INTEGER;
ALTER TABLE destination ADD COLUMN failing_since INTEGER;
ALTER TABLE destination ADD COLUMN alerted INTEGER NOT NULL DEFAULT 0;

-- What was changed of a lead to fit the destination: names of fields, parted by commas.
ALTER TABLE attempt ADD COLUMN adjusted TEXT;
