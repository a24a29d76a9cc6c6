-- Which users, groups and roles a group or a policy is used by, so that a decision about one need not read them all. target: 'group/ops', 'policy/ARN',
-- 'boundary/ARN'; holder: 'user/ann', 'group/ops', 'role/deployer', names in lower case.
CREATE TABLE identity_use (
    account_id TEXT NOT NULL,
    target     TEXT NOT NULL,
    holder     TEXT NOT NULL,
    PRIMARY KEY (account_id, target, holder)
) WITHOUT ROWID;

INSERT OR IGNORE INTO identity_use SELECT account_id, 'group/' || lower(value), 'user/' || name_key FROM iam_user, json_each(body, '$.groups');
INSERT OR IGNORE INTO identity_use SELECT account_id, 'policy/' || value, 'user/' || name_key FROM iam_user, json_each(body, '$.attachedPolicies');
INSERT OR IGNORE INTO identity_use SELECT account_id, 'policy/' || value, 'group/' || name_key FROM iam_group, json_each(body, '$.attachedPolicies');
INSERT OR IGNORE INTO identity_use SELECT account_id, 'policy/' || value, 'role/' || name_key FROM iam_role, json_each(body, '$.attachedPolicies');
INSERT OR IGNORE INTO identity_use SELECT account_id, 'boundary/' || json_extract(body, '$.boundary'), 'user/' || name_key FROM iam_user WHERE json_extract(body, '$.boundary') IS NOT NULL;
INSERT OR IGNORE INTO identity_use SELECT account_id, 'boundary/' || json_extract(body, '$.boundary'), 'role/' || name_key FROM iam_role WHERE json_extract(body, '$.boundary') IS NOT NULL;

CREATE INDEX access_key_by_user ON access_key (account_id, user_name COLLATE NOCASE, id);

-- Instances that are attached to an interface or to this machine, or were before a change that waits to be confirmed: a handful among thousands.
CREATE INDEX instance_attached ON instance (idx) WHERE instr(body, '"kind":"interface"') > 0 OR instr(body, '"kind":"host"') > 0;
