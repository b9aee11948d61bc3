BEGIN TRANSACTION;
CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            by TEXT NOT NULL,
            platform TEXT NOT NULL,
            author TEXT NOT NULL,
            verb TEXT NOT NULL,
            what TEXT NOT NULL,
            answer TEXT NOT NULL,
            changed INTEGER NOT NULL
        );
INSERT INTO "audit" VALUES(1,999000.0,'mod','twitch','8','mute','@Eve','Eve is muted',1);
CREATE TABLE lines (
            number INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            platform TEXT NOT NULL,
            id TEXT NOT NULL,
            message TEXT NOT NULL,
            state TEXT NOT NULL,
            changed REAL NOT NULL,
            again INTEGER NOT NULL
        );
INSERT INTO "lines" VALUES(1000000000001,1000000.0,'twitch','a-1','','spoken',1000000.000001,0);
INSERT INTO "lines" VALUES(1000000000002,1000000.0,'twitch','b-2','{"platform":"twitch","channel":"zorgle","kind":"message","id":"b-2","author":{"id":"7","name":"Ann","roles":["subscriber"],"login":"ann"},"text":"zorgle frim","fragments":[{"type":"text","text":"zorgle frim"}],"paid":{"amount":300,"unit":"bits"},"sent":999999.5}','started',1000000.000002,0);
CREATE TABLE mutes (
            platform TEXT NOT NULL,
            author TEXT NOT NULL,
            until REAL NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (platform, author)
        );
INSERT INTO "mutes" VALUES('twitch','9',9e999,1000000.0);
CREATE TABLE totals (reason TEXT PRIMARY KEY, count INTEGER NOT NULL);
INSERT INTO "totals" VALUES('received',9);
INSERT INTO "totals" VALUES('spoken',8);
CREATE TABLE voices (
            platform TEXT NOT NULL,
            author TEXT NOT NULL,
            voice TEXT NOT NULL,
            used REAL NOT NULL,
            PRIMARY KEY (platform, author)
        );
INSERT INTO "voices" VALUES('twitch','7','en-us+f3',1000000.0);
CREATE TABLE words (
            word TEXT PRIMARY KEY,
            blocked INTEGER NOT NULL,
            at REAL NOT NULL
        );
INSERT INTO "words" VALUES('blippo',1,1000000.0);
CREATE UNIQUE INDEX lines_id ON lines (platform, id) WHERE id <> '';
CREATE INDEX lines_open ON lines (number) WHERE message <> '';
CREATE INDEX voices_used ON voices (used);
COMMIT;
PRAGMA user_version = 1;
