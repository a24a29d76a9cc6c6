namespace Portlight.Storage.Contract;

/// <summary>Counting identities, listing them piece by piece, and who uses which group and policy.</summary>
public abstract class IdentityUseContract<TSource> : StoreTests<TSource>
    where TSource : IStoreSource, new()
{
    private const string Account = IdentitySample.Account;

    /// <summary>Who uses a group or a policy is known without reading anybody: whatever is saved, renamed or removed, it is what the rows say.</summary>
    [Fact]
    public async Task The_uses_of_groups_and_policies_follow_the_rows()
    {
        var random = new Random(7);
        string[] names = ["Ann", "bob", "Cyd"];
        string[] targets = ["x", "Y", "z"];
        for (var round = 0; round < 60; round++)
        {
            var name = names[random.Next(3)];
            var some = targets.Where(_ => random.Next(2) == 0).ToArray();
            var boundary = random.Next(2) == 0 ? "arn:" + targets[random.Next(3)] : null;
            var isGone = random.Next(4) == 0;
            await ChangeAsync(changes =>
            {
                var user = IdentitySample.User(name, Array.IndexOf(names, name)) with { Groups = [.. some], AttachedPolicies = [.. some.Select(one => "arn:" + one)], BoundaryArn = boundary };
                var group = IdentitySample.Group(name, Array.IndexOf(names, name)) with { AttachedPolicies = [.. some.Select(one => "arn:" + one)] };
                var role = IdentitySample.Role(name, Array.IndexOf(names, name)) with { AttachedPolicies = [.. some.Select(one => "arn:" + one)], BoundaryArn = boundary };
                Action change = (random.Next(3), isGone) switch
                {
                    (0, false) => () => changes.Save(user),
                    (0, true) => () => changes.Remove(user),
                    (1, false) => () => changes.Save(group),
                    (1, true) => () => changes.Remove(group),
                    (_, false) => () => changes.Save(role),
                    _ => () => changes.Remove(role),
                };
                change();
            });

            var (users, groups, roles) = (View.ListUsers(Account), View.ListGroups(Account), View.ListRoles(Account));
            foreach (var target in targets)
            {
                var arn = "arn:" + target;
                AssertHolders(IdentityUse.OfGroup(target.ToUpperInvariant()), [.. users.Where(user => user.Groups.Contains(target)).Select(user => "user/" + user.Name)]);
                AssertHolders(
                    IdentityUse.OfPolicy(arn),
                    [
                        .. groups.Where(group => group.AttachedPolicies.Contains(arn)).Select(group => "group/" + group.Name),
                        .. roles.Where(role => role.AttachedPolicies.Contains(arn)).Select(role => "role/" + role.Name),
                        .. users.Where(user => user.AttachedPolicies.Contains(arn)).Select(user => "user/" + user.Name),
                    ]);
                AssertHolders(
                    IdentityUse.OfBoundary(arn),
                    [.. roles.Where(role => role.BoundaryArn == arn).Select(role => "role/" + role.Name), .. users.Where(user => user.BoundaryArn == arn).Select(user => "user/" + user.Name)]);
            }

            Assert.Equal((users.Count, groups.Count, roles.Count), (View.CountUsers(Account), View.CountGroups(Account), View.CountRoles(Account)));
        }

        void AssertHolders(IdentityUse use, string[] expected)
        {
            Assert.Equal(expected.Select(text => text.ToLowerInvariant()), View.ListHolders(Account, use, 100).Select(holder => $"{holder.Kind}/{holder.Name}"));
            Assert.Equal((expected.Length, expected.Length > 0), (View.CountHolders(Account, use), View.IsHeld(Account, use)));
            Assert.Equal(0, View.CountHolders(IdentitySample.OtherAccount, use));
        }
    }

    [Fact]
    public async Task Identities_are_listed_piece_by_piece_in_order_of_name()
    {
        await ChangeAsync(changes =>
        {
            string[] names = ["b", "A", "d", "C"];
            for (var i = 0; i < names.Length; i++)
            {
                changes.Save(IdentitySample.User(names[i], i));
            }
        });
        Assert.Equal(["A", "b"], View.ListUsers(Account, "", 2).Select(user => user.Name));
        Assert.Equal(["C", "d"], View.ListUsers(Account, "B", 9).Select(user => user.Name));
        Assert.Empty(View.ListUsers(Account, "d", 9));
    }
}
