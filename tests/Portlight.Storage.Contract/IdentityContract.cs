using Portlight.Domain;
using Portlight.TestKit;

namespace Portlight.Storage.Contract;

/// <summary>Users, groups, roles, managed policies and access keys.</summary>
public abstract class IdentityContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    private const string Account = IdentitySample.Account;

    [Fact]
    public async Task Identities_are_read_back_whole()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.FullUser);
            changes.Save(IdentitySample.FullGroup);
            changes.Save(IdentitySample.FullRole);
            changes.Save(IdentitySample.FullPolicy);
        });
        AssertFull();
        await ReopenAsync();
        AssertFull();

        void AssertFull()
        {
            foreach (var (expected, found, listed) in new (object, object?, object)[]
            {
                (IdentitySample.FullUser, View.FindUser(Account, "Ann"), Assert.Single(View.ListUsers(Account))),
                (IdentitySample.FullGroup, View.FindGroup(Account, "Ops"), Assert.Single(View.ListGroups(Account))),
                (IdentitySample.FullRole, View.FindRole(Account, "Deployer"), Assert.Single(View.ListRoles(Account))),
                (IdentitySample.FullPolicy, View.FindManagedPolicy(Account, "PowerUser"), Assert.Single(View.ListManagedPolicies(Account))),
            })
            {
                Assert.Equal(IdentitySample.Words(expected), IdentitySample.Words(found));
                Assert.Equal(IdentitySample.Words(expected), IdentitySample.Words(listed));
            }

            // Tags whose keys differ by case alone are one, also once they have been read.
            Assert.True(View.FindUser(Account, "Ann")!.Tags.ContainsKey("TEAM"));
            Assert.False(View.FindUser(Account, "Ann")!.InlinePolicies.ContainsKey("ONE"));
        }
    }

    [Fact]
    public async Task What_has_only_what_it_must_is_read_back_whole()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.User("u"));
            changes.Save(IdentitySample.Group("g"));
            changes.Save(IdentitySample.Role("r"));
            changes.Save(IdentitySample.Policy("p"));
        });
        await ReopenAsync();

        Assert.Equal(IdentitySample.Words(IdentitySample.User("u")), IdentitySample.Words(View.FindUser(Account, "u")));
        Assert.Equal(IdentitySample.Words(IdentitySample.Group("g")), IdentitySample.Words(View.FindGroup(Account, "g")));
        Assert.Equal(IdentitySample.Words(IdentitySample.Role("r")), IdentitySample.Words(View.FindRole(Account, "r")));
        Assert.Equal(IdentitySample.Words(IdentitySample.Policy("p")), IdentitySample.Words(View.FindManagedPolicy(Account, "p")));
    }

    [Fact]
    public async Task Names_are_found_whatever_their_case_and_shown_as_they_were_written()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.User("Ann"));
            changes.Save(IdentitySample.Group("Ops"));
            changes.Save(IdentitySample.Role("Deploy"));
            changes.Save(IdentitySample.Policy("Power"));
        });

        foreach (var change in new Func<string, string>[] { name => name, name => name.ToUpperInvariant(), name => name.ToLowerInvariant() })
        {
            Assert.Equal("Ann", View.FindUser(Account, change("Ann"))?.Name);
            Assert.Equal("Ops", View.FindGroup(Account, change("Ops"))?.Name);
            Assert.Equal("Deploy", View.FindRole(Account, change("Deploy"))?.Name);
            Assert.Equal("Power", View.FindManagedPolicy(Account, change("Power"))?.Name);
        }

        // Another case is the same row; a rename to it changes what is shown.
        await ChangeAsync(changes => changes.Save(IdentitySample.User("ANN")));
        Assert.Equal("ANN", View.FindUser(Account, "ann")?.Name);
        Assert.Equal("ANN", Assert.Single(View.ListUsers(Account)).Name);
    }

    [Fact]
    public async Task Accounts_do_not_see_each_other()
    {
        var other = IdentitySample.User("ann", id: 2) with { AccountId = IdentitySample.OtherAccount };
        await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.User("Ann"));
            changes.Save(other);
        });

        Assert.Equal("Ann", View.FindUser(Account, "ann")?.Name);
        Assert.Equal("ann", View.FindUser(IdentitySample.OtherAccount, "ANN")?.Name);
        await ChangeAsync(changes => changes.Remove(other));
        Assert.Null(View.FindUser(IdentitySample.OtherAccount, "ann"));
        Assert.NotNull(View.FindUser(Account, "ann"));
    }

    [Fact]
    public async Task Lists_are_in_order_of_name_without_regard_to_case()
    {
        string[] names = ["b", "A", "a-", "Z", "c", "_", "B2", "b1"];
        await ChangeAsync(changes =>
        {
            foreach (var (id, name) in names.Index())
            {
                changes.Save(IdentitySample.User(name, id));
                changes.Save(IdentitySample.Group(name, id));
                changes.Save(IdentitySample.Role(name, id));
                changes.Save(IdentitySample.Policy(name, id));
            }
        });

        var expected = names.OrderBy(name => name.ToLowerInvariant(), StringComparer.Ordinal).ToList();
        Assert.Equal(expected, View.ListUsers(Account).Select(one => one.Name));
        Assert.Equal(expected, View.ListGroups(Account).Select(one => one.Name));
        Assert.Equal(expected, View.ListRoles(Account).Select(one => one.Name));
        Assert.Equal(expected, View.ListManagedPolicies(Account).Select(one => one.Name));
    }

    [Fact]
    public async Task A_rename_is_a_removal_and_a_new_row_with_the_same_id()
    {
        var old = await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.FullUser);
            return IdentitySample.FullUser;
        });
        Assert.NotNull(View.FindUser(Account, old.Name));
        await ChangeAsync(changes =>
        {
            changes.Remove(old);
            changes.Save(old with { Name = "Bea" });
        });

        Assert.Null(View.FindUser(Account, "Ann"));
        Assert.Equal(IdentitySample.Words(old with { Name = "Bea" }), IdentitySample.Words(View.FindUser(Account, "bea")));
        await ReopenAsync();
        Assert.Equal(["Bea"], View.ListUsers(Account).Select(user => user.Name));
    }

    [Fact]
    public async Task A_row_stays_the_same_object_until_it_changes_also_inside_decisions()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.User("ann"));
            changes.Save(IdentitySample.Policy("Power"));
            changes.Save(IdentitySample.Group("ops"));
            changes.Save(IdentitySample.Role("deploy"));
        });
        await ReopenAsync();
        var first = (View.FindUser(Account, "ann"), View.FindManagedPolicy(Account, "POWER"), View.FindGroup(Account, "ops"), View.FindRole(Account, "deploy"));
        await ChangeAsync(changes =>
        {
            changes.Save(IdentitySample.User("bob", id: 2));
            changes.Save(Sample.Instance(1));
        });

        var inside = await Store.SaveAsync((view, _) => Rows(view), Cancellation);
        foreach (var again in new[] { inside, Rows(View) })
        {
            Assert.Same(first.Item1, again.Item1);
            Assert.Same(first.Item2, again.Item2);
            Assert.Same(first.Item3, again.Item3);
            Assert.Same(first.Item4, again.Item4);
        }

        await ChangeAsync(changes => changes.Save(first.Item1! with { Path = "/new/" }));
        Assert.Equal("/new/", View.FindUser(Account, "ann")!.Path);
        Assert.Same(first.Item2, View.FindManagedPolicy(Account, "power"));

        static (User?, ManagedPolicy?, Group?, Role?) Rows(IStoreView view) =>
            (view.FindUser(Account, "Ann"), view.FindManagedPolicy(Account, "power"), view.FindGroup(Account, "OPS"), view.FindRole(Account, "Deploy"));
    }

    [Fact]
    public async Task All_who_load_a_row_at_once_get_one_object()
    {
        await ChangeAsync(changes => changes.Save(IdentitySample.FullUser));
        for (var round = 0; round < 20; round++)
        {
            await ReopenAsync();
            using var start = new Barrier(4);
            var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait(Cancellation);
                    return View.FindUser(Account, "ann");
                },
                Cancellation,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            Assert.All(found, one => Assert.Same(found[0], one));
        }
    }

    [Fact]
    public async Task A_decision_that_throws_changes_no_identity()
    {
        await ChangeAsync(changes => changes.Save(IdentitySample.User("ann")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ChangeAsync<int>(changes =>
        {
            changes.Remove(IdentitySample.User("ann"));
            changes.Save(IdentitySample.User("bob", id: 2));
            throw new InvalidOperationException();
        }));

        Assert.Equal(["ann"], View.ListUsers(Account).Select(user => user.Name));
        Assert.NotNull(View.FindUser(Account, "ann"));
        Assert.Null(View.FindUser(Account, "bob"));
    }

    [Fact]
    public async Task An_id_belongs_to_one_row()
    {
        await ChangeAsync(changes => changes.Save(IdentitySample.User("ann")));
        await Assert.ThrowsAsync<StoreException>(() => ChangeAsync(changes => changes.Save(IdentitySample.User("bob"))));

        Assert.Equal(["ann"], View.ListUsers(Account).Select(user => user.Name));
        Assert.Null(View.FindUser(Account, "bob"));
    }

    [Fact]
    public async Task A_removed_access_key_is_gone_at_once_with_its_use()
    {
        var use = new AccessKeyUse("AKIA1", Sample.Start, "lightsail", "us-east-1");
        await ChangeAsync(changes =>
        {
            changes.Save(Sample.AccessKey("AKIA1"));
            changes.Save(Sample.AccessKey("AKIA2"));
            changes.Save(use);
        });
        Assert.NotNull(View.FindAccessKey("AKIA1"));
        Assert.Equal(use, View.FindAccessKeyUse("AKIA1"));
        Assert.Null(View.FindAccessKeyUse("AKIA2"));
        await ChangeAsync(changes => changes.Save(use with { At = Sample.Start.AddMinutes(1), Region = "eu-west-1" }));
        Assert.Equal(use with { At = Sample.Start.AddMinutes(1), Region = "eu-west-1" }, View.FindAccessKeyUse("AKIA1"));

        await ChangeAsync(changes => changes.Remove(Sample.AccessKey("AKIA1")));
        Assert.Null(View.FindAccessKey("AKIA1"));
        Assert.Null(View.FindAccessKeyUse("AKIA1"));
        Assert.Equal(["AKIA2"], View.ListAccessKeys(Account).Select(key => key.Id));

        // Noted late, while the key was being removed.
        await ChangeAsync(changes => changes.Save(use));
        Assert.Null(View.FindAccessKeyUse("AKIA1"));
    }
}
