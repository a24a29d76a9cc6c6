-- The role and the database of Portlight, made once by the first machine. The password is that of /etc/portlight/pgpass.
CREATE ROLE portlight LOGIN PASSWORD 'change-portlight';
CREATE DATABASE portlight OWNER portlight;
