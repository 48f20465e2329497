create table run(
	id integer primary key,
	name text not null unique,
	stamp text not null,         -- of what was read
	started integer not null,    -- milliseconds since 1970
	ended integer,
	made_by text not null,
	commit_sha text not null,
	profile text not null,
	complete integer not null    -- it ended, and was not interrupted
);
create table subject(
	id integer primary key,
	case_id text not null,
	backend text not null,
	suite text not null,
	name text not null,
	unique(case_id, backend)
);
create table digest(
	id integer primary key,
	model text not null,
	prompt text not null,
	images text not null,
	params text not null,
	checks text not null,
	unique(model, prompt, images, params, checks)
);
-- One case is one range.
create table outcome(
	subject integer not null,
	run integer not null,
	outcome text not null,       -- without quarantine
	score real not null,
	ms integer not null,
	tokens integer not null,
	passed integer not null,     -- samples
	samples integer not null,
	digest integer not null,     -- 0 is not known
	cached integer not null,
	primary key(subject, run)
) without rowid;
create index outcome_run on outcome(run);
-- What the outcomes of a case add up to, in the order of its runs.
create table tally(
	subject integer primary key,
	pairs integer not null,      -- neighbours that passed or failed under one digest
	flips integer not null,      -- pairs with two outcomes
	changes integer not null,    -- neighbours with two outcomes and two digests
	passed integer not null,
	failed integer not null,
	unstable integer not null,
	runs integer not null,
	last_run integer not null,
	last_started integer not null,
	last_name text not null,     -- of the run, which breaks ties
	last_outcome text not null,
	decided text not null,       -- the last that is passed or failed, "" is none
	decided_digest integer not null
);
create table label(
	subject integer not null,
	label text not null,
	primary key(label, subject)
) without rowid;
