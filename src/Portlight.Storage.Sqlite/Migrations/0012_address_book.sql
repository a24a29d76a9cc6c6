-- The names that an account has given to networks and port sets, as JSON; null for none.
ALTER TABLE account ADD COLUMN book TEXT;
