using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Storage.Contract;

/// <summary>The store against plain dictionaries: random decisions, several at once, with closing and opening in between.</summary>
public abstract class ModelContract<TSource>
    where TSource : IStoreSource, new()
{
    private static readonly string[] Names = ["web-a", "web-b", "web-c", "web-d"];

    private static readonly Gen<Step> Steps = Gen.Frequency(
        (6, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], Gen.Bool, (name, port, other) => (Step)new Put(Names[name], port, other))),
        (2, Gen.Select(Gen.Int[0, 3], Gen.Bool, (name, other) => (Step)new Remove(Names[name], other))),
        (2, Gen.Select(Gen.Int[0, 3], Gen.Int[0, 5], (name, address) => (Step)new SaveStaticIp(Names[name], address))),
        (1, Gen.Int[0, 3].Select(name => (Step)new ReleaseStaticIp(Names[name]))),
        (1, Gen.Int[0, 3].Select(name => (Step)new Refuse(Names[name]))),
        (2, Gen.Int[0, 40].Select(revision => (Step)new Apply(revision))),
        (3, Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 9], (name, upper, path) => (Step)new SaveIdentity(upper ? Names[name].ToUpperInvariant() : Names[name], path))),
        (1, Gen.Int[0, 3].Select(name => (Step)new RemoveIdentity(Names[name]))),
        (2, Gen.Bool.Select(alone => (Step)new Record(alone))),
        (1, Gen.Const((Step)new Reopen())));

    [Fact]
    public Task A_store_answers_like_a_dictionary() => Steps.Array[1, 40].Array[1, 3].SampleAsync(
        async rounds =>
        {
            await using var source = new TSource();
            var store = await source.OpenAsync(new FakeTimeProvider(Sample.Start));
            var model = new Model();
            try
            {
                foreach (var step in rounds.SelectMany(round => round))
                {
                    if (step is Reopen)
                    {
                        await store.DisposeAsync();
                        store = await source.OpenAsync(new FakeTimeProvider(Sample.Start));
                        model.AssertEqual(store);
                        model.AssertEvents(store);
                    }
                    else
                    {
                        await model.RunAsync(store, step);
                    }
                }

                model.AssertEqual(store);
                await store.DisposeAsync();
                store = await source.OpenAsync(new FakeTimeProvider(Sample.Start));
                model.AssertEqual(store);
                model.AssertEvents(store);
            }
            finally
            {
                await store.DisposeAsync();
            }
        },
        iter: 60,
        threads: 2);

    private abstract record Step;

    private sealed record Put(string Name, int Port, bool InOtherScope) : Step;

    private sealed record Remove(string Name, bool InOtherScope) : Step;

    private sealed record SaveStaticIp(string Name, int Address) : Step;

    private sealed record ReleaseStaticIp(string Name) : Step;

    private sealed record Refuse(string Name) : Step;

    private sealed record Apply(int Revision) : Step;

    private sealed record SaveIdentity(string Name, int Path) : Step;

    private sealed record RemoveIdentity(string Name) : Step;

    private sealed record Record(bool Alone) : Step;

    private sealed record Reopen : Step;

    private sealed class Model
    {
        private readonly Dictionary<(Scope, string), Instance> _instances = [];
        private readonly Dictionary<string, StaticIp> _staticIps = [];
        private readonly Dictionary<string, (User User, ManagedPolicy Policy)> _identities = new(StringComparer.OrdinalIgnoreCase);
        private readonly List<long> _events = [];
        private readonly List<Operation> _operations = [];
        private readonly List<InstanceChange> _log = [];
        private long _index;
        private long _applied;

        public async Task RunAsync(IStore store, Step step)
        {
            switch (step)
            {
                case Put put:
                    await PutAsync(store, put.InOtherScope ? Sample.OtherScope : Sample.Scope, put.Name, Sample.Ports(put.Port));
                    break;
                case Remove remove when _instances.Remove((remove.InOtherScope ? Sample.OtherScope : Sample.Scope, remove.Name), out var removed):
                    var revision = await store.SaveAsync((_, changes) => changes.Remove(removed));
                    _log.Add(new InstanceChange(revision, removed with { Revision = revision }, IsRemoval: true));
                    Assert.Equal(_log.Count, revision);
                    break;
                case SaveStaticIp save:
                    _staticIps[save.Name] = Sample.StaticIp(save.Name, save.Address);
                    await store.SaveAsync((_, changes) => Do(() => changes.Save(_staticIps[save.Name])));
                    break;
                case ReleaseStaticIp release when _staticIps.Remove(release.Name, out var released):
                    await store.SaveAsync((_, changes) => Do(() => changes.Remove(released)));
                    break;
                case Refuse refuse:
                    _index++;
                    await Assert.ThrowsAsync<InvalidOperationException>(() => store.SaveAsync<int>((_, changes) =>
                    {
                        changes.Save(Sample.Instance(changes.NewIndex(), refuse.Name));
                        throw new InvalidOperationException();
                    }));
                    break;
                case SaveIdentity save:
                    var saved = (IdentitySample.User(save.Name, save.Name[^1]) with { Path = $"/{save.Path}/" }, IdentitySample.Policy(save.Name, save.Name[^1]) with { Path = $"/{save.Path}/" });
                    _identities[save.Name] = saved;
                    await store.SaveAsync((_, changes) => Do(() =>
                    {
                        changes.Save(saved.Item1);
                        changes.Save(saved.Item2);
                    }));
                    break;
                case RemoveIdentity remove when _identities.Remove(remove.Name, out var gone):
                    await store.SaveAsync((_, changes) => Do(() =>
                    {
                        changes.Remove(gone.User);
                        changes.Remove(gone.Policy);
                    }));
                    break;
                case Record record:
                    await RecordAsync(store, record.Alone);
                    break;
                case Apply apply:
                    store.NoteApplied(HostName.Local, apply.Revision);
                    _applied = Math.Max(_applied, Math.Min(apply.Revision, _log.Count));
                    break;
            }
        }

        public void AssertEqual(IStore store)
        {
            var view = store.View;
            Assert.Equal((_log.Count, _applied), (store.Revision, view.AppliedOn(HostName.Local)));
            AssertSame(_instances.Values.OrderBy(one => one.Index), view.AllInstances());
            foreach (var scope in new[] { Sample.Scope, Sample.OtherScope })
            {
                AssertSame(_instances.Values.Where(one => one.Scope == scope).OrderBy(one => one.Index), view.ListInstances(scope, 0, 100));
                foreach (var name in Names)
                {
                    Assert.Equal(_instances.TryGetValue((scope, name), out var expected), view.FindInstance(scope, name) is { } found);
                    Assert.Equal(expected is not null || (scope == Sample.Scope && _staticIps.ContainsKey(name)), view.IsNameTaken(scope, name));
                }
            }

            Assert.Equal(_staticIps.Values.OrderBy(one => one.Name, StringComparer.Ordinal), view.ListStaticIps(Sample.Scope, "", 100));
            for (var address = 0; address <= 5; address++)
            {
                Assert.Equal(_staticIps.Values.Any(one => one.Address.Equals(Sample.Address(address, 203, 0))), view.IsAddressTaken(Sample.Address(address, 203, 0)));
                Assert.Equal(_instances.Values.Any(one => one.PublicIpv4!.Equals(Sample.Address(address, 192, 0))), view.IsAddressTaken(Sample.Address(address, 192, 0)));
            }

            var expectedOperations = _operations.AsEnumerable().Reverse()
                .Select(one => one with { Status = one.AwaitsRevision <= _applied ? OperationStatus.Succeeded : OperationStatus.Started });
            Assert.Equal(expectedOperations, view.ListOperations(Sample.Scope, null, null, 1000).Operations);
            AssertIdentities(view);
        }

        /// <summary>Of a store that has been closed since: what a decision carried and what none did each stand in their order.</summary>
        public void AssertEvents(IStore store)
        {
            var found = IdentitySample.Numbers(store.View);
            Assert.Equal(_events.Where(long.IsEvenInteger), found.Where(long.IsEvenInteger));
            Assert.Equal(_events.Where(long.IsOddInteger), found.Where(long.IsOddInteger));
        }

        private void AssertIdentities(IStoreView view)
        {
            foreach (var name in Names.Concat(Names.Select(name => name.ToUpperInvariant())))
            {
                var expected = _identities.GetValueOrDefault(name);
                for (var again = 0; again < 2; again++)
                {
                    Assert.Equal(IdentitySample.Words(expected.User), IdentitySample.Words(view.FindUser(IdentitySample.Account, name)));
                    Assert.Equal(IdentitySample.Words(expected.Policy), IdentitySample.Words(view.FindManagedPolicy(IdentitySample.Account, name)));
                }

                Assert.Same(view.FindUser(IdentitySample.Account, name), view.FindUser(IdentitySample.Account, name.ToLowerInvariant()));
            }

            var inOrder = _identities.Values.OrderBy(one => one.User.Name.ToLowerInvariant(), StringComparer.Ordinal).ToList();
            Assert.Equal(inOrder.Select(one => IdentitySample.Words(one.User)), view.ListUsers(IdentitySample.Account).Select(IdentitySample.Words));
            Assert.Equal(inOrder.Select(one => IdentitySample.Words(one.Policy)), view.ListManagedPolicies(IdentitySample.Account).Select(IdentitySample.Words));
        }

        private async Task RecordAsync(IStore store, bool alone)
        {
            var number = (2 * _events.Count) + (alone ? 1 : 0);
            _events.Add(number);
            if (alone)
            {
                await store.RecordAsync(IdentitySample.Event(number));
            }
            else
            {
                await store.SaveAsync((_, changes) => Do(() => changes.Record(IdentitySample.Event(number))));
            }
        }

        private async Task PutAsync(IStore store, Scope scope, string name, PortSet ports)
        {
            var saved = await store.SaveAsync((view, changes) =>
            {
                var old = view.FindInstance(scope, name);
                var now = changes.Save((old ?? Sample.Instance(changes.NewIndex(), name, scope)) with { Ports = ports });
                changes.Save(Sample.Operation(_log.Count + 1, name, awaits: now.Revision));
                return now;
            });
            _index += _instances.ContainsKey((scope, name)) ? 0 : 1;
            var expected = (_instances.GetValueOrDefault((scope, name)) ?? Sample.Instance(_index, name, scope)) with { Ports = ports, Revision = _log.Count + 1 };
            Sample.AssertSame(expected, saved);
            _instances[(scope, name)] = expected;
            _operations.Add(Sample.Operation(expected.Revision, name, awaits: expected.Revision));
            _log.Add(new InstanceChange(expected.Revision, expected, IsRemoval: false));
        }

        private static void AssertSame(IEnumerable<Instance> expected, IReadOnlyList<Instance> actual)
        {
            var wanted = expected.ToList();
            Assert.Equal(wanted.Select(one => one.Index), actual.Select(one => one.Index));
            foreach (var (at, one) in wanted.Index())
            {
                Sample.AssertSame(one, actual[at]);
            }
        }

        private static int Do(Action action)
        {
            action();
            return 0;
        }
    }
}
