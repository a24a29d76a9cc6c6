-- Changes of nothing but ports, one after the other; 'ports' is {"ports":[…]} as in the body of an instance.
CREATE TABLE port_change (
    revision INTEGER PRIMARY KEY,
    idx      INTEGER NOT NULL,
    ports    TEXT NOT NULL
);

-- The newest of them, once they were many; they count where the row of the instance is of an earlier revision.
CREATE TABLE instance_ports (
    idx      INTEGER PRIMARY KEY,
    revision INTEGER NOT NULL,
    ports    TEXT NOT NULL
);
