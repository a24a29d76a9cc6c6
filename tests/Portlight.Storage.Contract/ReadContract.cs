using Portlight.Domain;

namespace Portlight.Storage.Contract;

/// <summary>What is stored is read back as it was, by name and in order.</summary>
public abstract class ReadContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    [Fact]
    public async Task An_instance_is_read_back_whole()
    {
        foreach (var (at, attachment) in Sample.Attachments.Index())
        {
            var saved = await ChangeAsync(changes => changes.Save(Sample.FullInstance(at + 1, attachment)));
            Sample.AssertSame(saved, View.FindInstance(Sample.Scope, saved.Name));
        }

        await ReopenAsync();
        foreach (var (at, attachment) in Sample.Attachments.Index())
        {
            var expected = Sample.FullInstance(at + 1, attachment) with { Revision = at + 1 };
            Sample.AssertSame(expected, View.FindInstance(Sample.Scope, expected.Name));
        }
    }

    [Fact]
    public async Task An_unconfirmed_change_is_read_back_with_its_revision_and_gone_once_it_is_confirmed()
    {
        var first = await ChangeAsync(changes => changes.Save(revision => Sample.Instance(1) with { Unconfirmed = Sample.Unconfirmed(null) with { Revision = revision } }));
        await ReopenAsync();
        var read = View.FindInstance(Sample.Scope, "web-1");
        Sample.AssertSame(first, read);
        Assert.Equal(read!.Revision, read.Unconfirmed!.Revision);

        await ChangeAsync(changes => changes.Save(read with { Unconfirmed = null }));
        await ReopenAsync();

        Assert.Null(View.FindInstance(Sample.Scope, "web-1")!.Unconfirmed);
    }

    [Fact]
    public async Task Instances_that_wait_to_be_confirmed_or_have_rules_that_expire_are_listed_and_no_others()
    {
        await ChangeAsync(changes => changes.Save(Sample.Instance(1) with { UserData = "{\"unconfirmed\":{}}", Tags = Tags.None.Add("unconfirmed", ":") }));
        await ChangeAsync(changes => changes.Save(Sample.Instance(2) with { Unconfirmed = Sample.Unconfirmed(null) }));
        await ChangeAsync(changes => changes.Save(Sample.Instance(3, scope: Sample.OtherScope) with { Unconfirmed = Sample.Unconfirmed(null) }));
        Assert.Equal([2, 3], View.ListWithDeadlines().Select(instance => instance.Index));

        await ChangeAsync(changes => changes.Save(Sample.Instance(4) with { Expiring = [Sample.Expiring("192.0.2.0/24", 1)] }));
        await ChangeAsync(changes => changes.Save(Sample.Instance(2)));
        Assert.Equal([3, 4], View.ListWithDeadlines().Select(instance => instance.Index));
    }

    [Fact]
    public async Task Instances_are_listed_by_scope_in_order_of_index()
    {
        await ChangeAsync(changes =>
        {
            foreach (var index in new long[] { 3, 1, 4, 2 })
            {
                changes.Save(Sample.Instance(index, scope: index == 4 ? Sample.OtherScope : null));
            }
        });

        Assert.Equal([1, 2, 3], View.ListInstances(Sample.Scope, 0, 9).Select(instance => instance.Index));
        Assert.Equal([2], View.ListInstances(Sample.Scope, 1, 1).Select(instance => instance.Index));
        Assert.Equal([1, 2, 3, 4], View.AllInstances().Select(instance => instance.Index));
        Assert.Equal(Sample.OtherScope, View.AllInstances()[3].Scope);
        Assert.Empty(View.ListInstances(Sample.Scope, 0, 0));
        Assert.Null(View.FindInstance(Sample.OtherScope, "web-1"));
    }

    [Fact]
    public async Task Static_ips_are_listed_in_order_of_name_and_read_back_whole()
    {
        var attached = Sample.StaticIp("b-2", 1) with { AttachedTo = "web-1" };
        await ChangeAsync(changes =>
        {
            changes.Save(attached);
            changes.Save(Sample.StaticIp("B-1", 2));
            changes.Save(Sample.StaticIp("a-1", 3));
        });

        Assert.Equal(attached, View.FindStaticIp(Sample.Scope, "b-2"));
        Assert.Equal(["B-1", "a-1", "b-2"], View.ListStaticIps(Sample.Scope, "", 9).Select(one => one.Name));
        Assert.Equal(["a-1"], View.ListStaticIps(Sample.Scope, "B-1", 1).Select(one => one.Name));

        await ChangeAsync(changes =>
        {
            changes.Save(attached with { AttachedTo = null });
            changes.Remove(Sample.StaticIp("a-1", 3));
        });
        Assert.Null(View.FindStaticIp(Sample.Scope, "b-2")!.AttachedTo);
        Assert.Null(View.FindStaticIp(Sample.Scope, "a-1"));
    }

    [Fact]
    public async Task Key_pairs_are_listed_in_order_of_name_and_read_back_whole()
    {
        var full = Sample.KeyPair("key-2") with { SealedPrivateKey = [0, 1, 255], Tags = Tags.None.Add("a", null) };
        await ChangeAsync(changes =>
        {
            changes.Save(full);
            changes.Save(Sample.KeyPair("key-1"));
        });

        var read = View.FindKeyPair(Sample.Scope, "key-2")!;
        Assert.Equal(full.SealedPrivateKey, read.SealedPrivateKey);
        Assert.Equal(full.Tags.AsEnumerable(), read.Tags);
        Assert.Equal(full with { SealedPrivateKey = null, Tags = Tags.None }, read with { SealedPrivateKey = null, Tags = Tags.None });
        Assert.Null(View.FindKeyPair(Sample.Scope, "key-1")!.SealedPrivateKey);
        Assert.Equal(["key-1", "key-2"], View.ListKeyPairs(Sample.Scope, "", 9).Select(one => one.Name));
        Assert.Equal(["key-2"], View.ListKeyPairs(Sample.Scope, "key-1", 9).Select(one => one.Name));

        await ChangeAsync(changes => changes.Remove(full));
        Assert.Null(View.FindKeyPair(Sample.Scope, "key-2"));
    }

    [Fact]
    public async Task Instances_static_ips_and_key_pairs_share_one_namespace_of_names_in_each_scope()
    {
        await ChangeAsync(changes =>
        {
            changes.Save(Sample.Instance(1, "one"));
            changes.Save(Sample.StaticIp("two", 1));
            changes.Save(Sample.KeyPair("three"));
        });

        Assert.All(["one", "two", "three"], name => Assert.True(View.IsNameTaken(Sample.Scope, name)));
        Assert.False(View.IsNameTaken(Sample.Scope, "four"));
        Assert.False(View.IsNameTaken(Sample.OtherScope, "one"));
    }

    [Fact]
    public async Task Every_address_of_an_instance_or_static_ip_is_taken_until_it_is_given_up()
    {
        var host = Sample.Attachments.OfType<Attachment.ThisHost>().Single();
        var saved = await ChangeAsync(changes => changes.Save(Sample.FullInstance(1, host)));
        await ChangeAsync(changes => changes.Save(Sample.StaticIp("static-1", 77)));
        Assert.All([saved.PublicIpv4!, saved.PrivateIpv4!, saved.Ipv6Address!, host.Addresses[0], Sample.StaticIp("static-1", 77).Address], one => Assert.True(View.IsAddressTaken(one)));

        var moved = await ChangeAsync(changes => changes.Save(saved with { PublicIpv4 = Sample.Address(9, 192, 0), Ipv6Address = null, Attachment = new Attachment.Lab() }));
        Assert.All([saved.PublicIpv4!, saved.Ipv6Address!, host.Addresses[0]], one => Assert.False(View.IsAddressTaken(one)));
        Assert.All([moved.PublicIpv4!, moved.PrivateIpv4!], one => Assert.True(View.IsAddressTaken(one)));

        await ChangeAsync(changes => changes.Remove(moved));
        Assert.All([moved.PublicIpv4!, moved.PrivateIpv4!], one => Assert.False(View.IsAddressTaken(one)));
    }

    [Fact]
    public async Task Accounts_regions_and_access_keys_are_read_back_whole()
    {
        var account = new Account("111122223333", AccountState.SettingUp, IsOwner: true, Sample.Start);
        var region = new OpenRegion("eu-west-1", IsReady: false, Sample.Start);
        await ChangeAsync(changes =>
        {
            changes.Save(account);
            changes.Save(region);
            changes.Save(Sample.AccessKey("AKIA1"));
        });
        AssertStored(account, region, Sample.AccessKey("AKIA1"));

        await ChangeAsync(changes =>
        {
            changes.Save(account with { State = AccountState.Closed, IsOwner = false });
            changes.Save(region with { IsReady = true });
            changes.Save(Sample.AccessKey("AKIA1") with { UserName = "ann", IsActive = false, SealedSecret = [9] });
        });
        await ReopenAsync();
        AssertStored(
            account with { State = AccountState.Closed, IsOwner = false },
            region with { IsReady = true },
            Sample.AccessKey("AKIA1") with { UserName = "ann", IsActive = false, SealedSecret = [9] });
    }

    [Fact]
    public async Task The_names_that_an_account_gives_are_read_back_whole_and_can_be_taken_away()
    {
        var account = new Account("111122223333", AccountState.Active, IsOwner: true, Sample.Start) { Book = Sample.Book };
        await ChangeAsync(changes => changes.Save(account));
        AssertNamed();
        await ReopenAsync();
        AssertNamed();

        await ChangeAsync(changes => changes.Save(account with { Book = AddressBook.Empty }));
        await ReopenAsync();
        Assert.True(View.FindAccount(account.Id)!.Book.IsEmpty);

        void AssertNamed()
        {
            foreach (var book in new[] { View.FindAccount(account.Id)!.Book, Assert.Single(View.ListAccounts()).Book })
            {
                Assert.Equal(Sample.Book.Networks.Select(network => $"{network.Key} {string.Join(' ', network.Value)}"), book.Networks.Select(network => $"{network.Key} {string.Join(' ', network.Value)}"));
                Assert.Equal(Sample.Book.Templates, book.Templates);
                Assert.True(book.Networks.ContainsKey("OFFICE"));
            }
        }
    }

    private void AssertStored(Account account, OpenRegion region, AccessKey key)
    {
        Assert.Equal(account, View.FindAccount(account.Id));
        Assert.Equal([account], View.ListAccounts());
        Assert.Null(View.FindAccount("999999999999"));
        Assert.Equal(region, View.FindRegion(region.Name));
        Assert.Equal([region], View.ListRegions());
        Assert.Null(View.FindRegion("xx-north-1"));
        foreach (var read in new[] { View.FindAccessKey(key.Id)!, Assert.Single(View.ListAccessKeys(key.AccountId)) })
        {
            Assert.Equal(key.SealedSecret, read.SealedSecret);
            Assert.Equal(key with { SealedSecret = [] }, read with { SealedSecret = key.SealedSecret[..0] } with { SealedSecret = [] });
        }

        Assert.Null(View.FindAccessKey("AKIA2"));
        Assert.Empty(View.ListAccessKeys("999999999999"));
    }
}
