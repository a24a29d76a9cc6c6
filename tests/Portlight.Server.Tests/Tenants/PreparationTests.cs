using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Portlight.Api;
using Portlight.Storage;
using Portlight.Wire;
using Portlight.Wire.Query;

namespace Portlight.Server.Tests.Tenants;

/// <summary>A write is prepared again when another comes before it, so preparing it has no effect but its result.</summary>
public sealed partial class PreparationTests
{
    /// <summary>Each operation as in the matrix of permissions, every write prepared, given up, and prepared again.</summary>
    [Fact]
    public async Task Every_operation_prepares_the_same_write_again()
    {
        await using var server = await ServerHarness.StartAsync(options => options with { InstanceQuota = 0, StaticIpQuota = 0 });
        var store = new TwiceStore(server.Server.Store);
        var matrix = new AuthorisationMatrix(server);
        await matrix.PrepareAsync();
        List<string> idle = [], writing = [], refused = [], different = [];
        foreach (var entry in ServedOperations.Of(server.Server.Services with { Store = store }).Entries)
        {
            var body = (await matrix.AddCellAsync(AuthorisationSamples.All[entry.Action], server.Scope.Region)).Replace("777788889999", AuthorisationMatrix.OtherAccount, StringComparison.Ordinal);
            var before = store.Writes;
            store.Differences.Clear();
            try
            {
                var call = Call(server, entry, body);
                OperationAccess.Require(call);
                await entry.RunAsync(call, Encoding.UTF8.GetBytes(body), new ArrayBufferWriter<byte>());
            }
            catch (LightsailException)
            {
                refused.AddRange(entry.IsReadOnly ? [] : [entry.Name]);
                continue;
            }

            var isIdle = store.Writes == before;
            idle.AddRange(isIdle && !entry.IsReadOnly ? [entry.Name] : []);
            writing.AddRange(!isIdle && entry.IsReadOnly ? [entry.Name] : []);
            different.AddRange(store.Differences.Select(difference => $"{entry.Name}: {difference}"));
        }

        Assert.Equal([], different);
        Assert.Equal([], writing); // what is registered as only reading
        Assert.Equal(["DeleteLoginProfile", "AssumeRole"], refused); // there are no login profiles, and a root assumes no role
        Assert.Equal(["DownloadDefaultKeyPair", "RotateHostAuthority"], idle); // the latter without a step tells how far it is
    }

    private static Call Call(ServerHarness server, OperationEntry entry, string body) => new()
    {
        RequestId = "11111111-2222-3333-4444-555555555555",
        Now = server.Clock.GetUtcNow(),
        Entry = entry,
        SpeaksQuery = entry.Service.SpeaksQuery,
        Query = entry.Service.SpeaksQuery ? Form(entry, body) : null,
        Region = server.Scope.Region,
        Principal = new Principal { Type = PrincipalType.Account, AccountId = server.Scope.AccountId, AccessKeyId = "AKIA", Arn = $"arn:aws:iam::{server.Scope.AccountId}:root", UserId = server.Scope.AccountId, OwnsInstallation = true },
        Audit = new AuditNotes { RecordWith = server.Server.Audit.Log.RecordWith, Body = Encoding.UTF8.GetBytes(body) },
    };

    private static QueryRequest Form(OperationEntry entry, string body)
    {
        var form = Encoding.UTF8.GetBytes($"Action={entry.Name}&Version={entry.Service.Version}{(body.Length == 0 ? "" : "&")}{body}");
        return QueryRequest.TryParse(form, out var request, out var problem) ? request : throw new InvalidOperationException(problem);
    }

    /// <summary>A store that gives up each write after its preparation, once, and then makes it.</summary>
    private sealed partial class TwiceStore(IStore store) : ForwardingStore(store)
    {
        public int Writes { get; private set; }

        public List<string> Differences { get; } = [];

        public override async Task<Committed<T>> CommitAsync<T>(Func<IStoreView, Changes, T> prepare, string account = "", CancellationToken cancellationToken = default)
        {
            var first = "";
            try
            {
                await base.CommitAsync<T>(
                    (view, changes) =>
                    {
                        prepare(view, changes);
                        first = Describe(changes);
                        throw new GivenUpException();
                    },
                    account,
                    cancellationToken);
            }
            catch (GivenUpException)
            {
                // Nothing of it was written.
            }

            return await base.CommitAsync(
                (view, changes) =>
                {
                    var result = prepare(view, changes);
                    Writes += changes.IsEmpty ? 0 : 1;
                    if (Describe(changes) is var second && second != first)
                    {
                        Differences.Add($"{first}\n{second}");
                    }

                    return result;
                },
                account,
                cancellationToken);
        }

        /// <summary>Without what is drawn by lot: ids, keys, and the numbers and addresses that come from numbers.</summary>
        private static string Describe(Changes changes) => ByLot().Replace(
            string.Join(
                '\n',
                [
                    .. changes.Touches.Rows.Select(row => $"{row.Subject.Kind} {row.Subject.Name}: {row.Row}"),
                    .. changes.Operations.Select(operation => operation.ToString()),
                    .. changes.Events.Select(recorded => Encoding.UTF8.GetString(recorded.Json.Span)),
                ]),
            "#");

        [GeneratedRegex(@"[0-9a-f]{8}-[0-9a-f-]{27}|A[A-Z]{3}[A-Z0-9]{16,17}|Index = \d+|172\.\d+\.\d+\.\d+|198\.\d+\.\d+\.\d+|(?<=Ipv6Address = )[0-9a-f:]+")]
        private static partial Regex ByLot();

        private sealed class GivenUpException : Exception;
    }
}
