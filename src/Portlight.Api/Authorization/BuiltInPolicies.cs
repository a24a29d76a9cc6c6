using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Portlight.Domain;

namespace Portlight.Api;

/// <summary>
/// Managed policies that AWS keeps and every account can attach, with AWS's own documents, ids and dates (AWS managed policy reference). Only those whose
/// documents mean something here: there is none for Lightsail.
/// </summary>
internal static class BuiltInPolicies
{
    /// <summary>What stands for the account in their ARNs, <c>arn:aws:iam::aws:policy/AdministratorAccess</c>.</summary>
    public const string Owner = "aws";

    private const string AdministratorAccess = """
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "*",
                    "Resource": "*"
                }
            ]
        }
        """;

    private const string IamFullAccess = """
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "iam:*",
                        "organizations:DescribeAccount",
                        "organizations:DescribeOrganization",
                        "organizations:DescribeOrganizationalUnit",
                        "organizations:DescribePolicy",
                        "organizations:ListChildren",
                        "organizations:ListParents",
                        "organizations:ListPoliciesForTarget",
                        "organizations:ListRoots",
                        "organizations:ListPolicies",
                        "organizations:ListTargetsForPolicy"
                    ],
                    "Resource": "*"
                }
            ]
        }
        """;

    private const string IamReadOnlyAccess = """
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": [
                        "iam:GenerateCredentialReport",
                        "iam:GenerateServiceLastAccessedDetails",
                        "iam:Get*",
                        "iam:List*",
                        "iam:SimulateCustomPolicy",
                        "iam:SimulatePrincipalPolicy"
                    ],
                    "Resource": "*"
                }
            ]
        }
        """;

    /// <summary>In order of name.</summary>
    public static IReadOnlyList<ManagedPolicy> All { get; } =
    [
        Of("AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", "Provides full access to AWS services and resources.", "2015-02-06T18:39:46Z", 1, "2015-02-06T18:39:46Z", AdministratorAccess),
        Of("IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", "Provides full access to IAM via the AWS Management Console.", "2015-02-06T18:40:38Z", 2, "2019-06-21T19:40:00Z", IamFullAccess),
        Of("IAMReadOnlyAccess", "ANPAJKSO7NDY4T57MWDSQ", "Provides read only access to IAM via the AWS Management Console.", "2015-02-06T18:40:39Z", 4, "2018-01-25T19:11:27Z", IamReadOnlyAccess),
    ];

    private static readonly FrozenDictionary<string, ManagedPolicy> ByArn = All.ToFrozenDictionary(policy => policy.Arn, StringComparer.Ordinal);

    public static bool TryFind(string arn, [NotNullWhen(true)] out ManagedPolicy? policy) => ByArn.TryGetValue(arn, out policy);

    /// <summary>Only the version that holds: the earlier ones decide nothing.</summary>
    private static ManagedPolicy Of(string name, string id, string description, string createdAt, int version, string updatedAt, string document) => new()
    {
        AccountId = Owner,
        Name = name,
        Path = "/",
        Id = id,
        Description = description,
        CreatedAt = Time(createdAt),
        UpdatedAt = Time(updatedAt),
        Versions = [new ManagedPolicyVersion(version, document, Time(updatedAt))],
        DefaultVersion = version,
        LastVersion = version,
    };

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
