using System.Collections.Frozen;

namespace Portlight.Wire.Lightsail;

/// <summary>
/// The operations of the Lightsail service model (version 2016-11-28), all of them: one that is here but not served gets an
/// error that says so, one that is not here is an <c>UnknownOperationException</c>.
/// </summary>
public static class LightsailOperations
{
    /// <summary>What stands before the dot in <c>X-Amz-Target</c>.</summary>
    public const string TargetPrefix = "Lightsail_20161128";

    public static FrozenSet<string> All { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "AllocateStaticIp", "AttachCertificateToDistribution", "AttachDisk", "AttachInstancesToLoadBalancer",
        "AttachLoadBalancerTlsCertificate", "AttachStaticIp", "CloseInstancePublicPorts", "CopySnapshot", "CreateBucket",
        "CreateBucketAccessKey", "CreateCertificate", "CreateCloudFormationStack", "CreateContactMethod", "CreateContainerService",
        "CreateContainerServiceDeployment", "CreateContainerServiceRegistryLogin", "CreateDisk", "CreateDiskFromSnapshot",
        "CreateDiskSnapshot", "CreateDistribution", "CreateDomain", "CreateDomainEntry", "CreateGUISessionAccessDetails",
        "CreateInstanceSnapshot", "CreateInstances", "CreateInstancesFromSnapshot", "CreateKeyPair", "CreateLoadBalancer",
        "CreateLoadBalancerTlsCertificate", "CreateRelationalDatabase", "CreateRelationalDatabaseFromSnapshot",
        "CreateRelationalDatabaseSnapshot", "DeleteAlarm", "DeleteAutoSnapshot", "DeleteBucket", "DeleteBucketAccessKey",
        "DeleteCertificate", "DeleteContactMethod", "DeleteContainerImage", "DeleteContainerService", "DeleteDisk", "DeleteDiskSnapshot",
        "DeleteDistribution", "DeleteDomain", "DeleteDomainEntry", "DeleteInstance", "DeleteInstanceSnapshot", "DeleteKeyPair",
        "DeleteKnownHostKeys", "DeleteLoadBalancer", "DeleteLoadBalancerTlsCertificate", "DeleteRelationalDatabase",
        "DeleteRelationalDatabaseSnapshot", "DetachCertificateFromDistribution", "DetachDisk", "DetachInstancesFromLoadBalancer",
        "DetachStaticIp", "DisableAddOn", "DownloadDefaultKeyPair", "EnableAddOn", "ExportSnapshot", "GetActiveNames", "GetAlarms",
        "GetAutoSnapshots", "GetBlueprints", "GetBucketAccessKeys", "GetBucketBundles", "GetBucketMetricData", "GetBuckets", "GetBundles",
        "GetCertificates", "GetCloudFormationStackRecords", "GetContactMethods", "GetContainerAPIMetadata", "GetContainerImages",
        "GetContainerLog", "GetContainerServiceDeployments", "GetContainerServiceMetricData", "GetContainerServicePowers",
        "GetContainerServices", "GetCostEstimate", "GetDisk", "GetDiskSnapshot", "GetDiskSnapshots", "GetDisks", "GetDistributionBundles",
        "GetDistributionLatestCacheReset", "GetDistributionMetricData", "GetDistributions", "GetDomain", "GetDomains",
        "GetExportSnapshotRecords", "GetInstance", "GetInstanceAccessDetails", "GetInstanceMetricData", "GetInstancePortStates",
        "GetInstanceSnapshot", "GetInstanceSnapshots", "GetInstanceState", "GetInstances", "GetKeyPair", "GetKeyPairs", "GetLoadBalancer",
        "GetLoadBalancerMetricData", "GetLoadBalancerTlsCertificates", "GetLoadBalancerTlsPolicies", "GetLoadBalancers", "GetOperation",
        "GetOperations", "GetOperationsForResource", "GetRegions", "GetRelationalDatabase", "GetRelationalDatabaseBlueprints",
        "GetRelationalDatabaseBundles", "GetRelationalDatabaseEvents", "GetRelationalDatabaseLogEvents", "GetRelationalDatabaseLogStreams",
        "GetRelationalDatabaseMasterUserPassword", "GetRelationalDatabaseMetricData", "GetRelationalDatabaseParameters",
        "GetRelationalDatabaseSnapshot", "GetRelationalDatabaseSnapshots", "GetRelationalDatabases", "GetSetupHistory", "GetStaticIp",
        "GetStaticIps", "ImportKeyPair", "IsVpcPeered", "OpenInstancePublicPorts", "PeerVpc", "PutAlarm", "PutInstancePublicPorts",
        "RebootInstance", "RebootRelationalDatabase", "RegisterContainerImage", "ReleaseStaticIp", "ResetDistributionCache",
        "SendContactMethodVerification", "SetIpAddressType", "SetResourceAccessForBucket", "SetupInstanceHttps", "StartGUISession",
        "StartInstance", "StartRelationalDatabase", "StopGUISession", "StopInstance", "StopRelationalDatabase", "TagResource", "TestAlarm",
        "UnpeerVpc", "UntagResource", "UpdateBucket", "UpdateBucketBundle", "UpdateContainerService", "UpdateDistribution",
        "UpdateDistributionBundle", "UpdateDomainEntry", "UpdateInstanceMetadataOptions", "UpdateLoadBalancerAttribute",
        "UpdateRelationalDatabase", "UpdateRelationalDatabaseParameters");
}
