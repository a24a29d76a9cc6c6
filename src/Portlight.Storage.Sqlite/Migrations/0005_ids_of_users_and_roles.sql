-- A key belongs to the user with the id, not to whoever has the name. A role may have a member `trusted`: the ids of those whom its trust policy names; the
-- server fills it in where it is missing.
ALTER TABLE access_key ADD COLUMN user_id TEXT;

UPDATE access_key SET user_id = (SELECT id FROM iam_user WHERE iam_user.account_id = access_key.account_id AND iam_user.name_key = lower(access_key.user_name));
