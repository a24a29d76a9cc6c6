using Portlight.Domain;

namespace Portlight.Storage.Sqlite;

/// <summary>The tables <c>account</c> and <c>region</c>: small, read at every request, written seldom.</summary>
internal sealed class AccountRows(Database database, JsonBuffer json)
{
    private readonly Statement _findAccount = database.Prepare("SELECT id, state, is_owner, created_at, book FROM account WHERE id = ?");
    private readonly Statement _listAccounts = database.Prepare("SELECT id, state, is_owner, created_at, book FROM account ORDER BY id");
    private readonly Statement _writeAccount = database.Prepare("INSERT OR REPLACE INTO account (id, state, is_owner, created_at, book) VALUES (?, ?, ?, ?, ?)");
    private readonly Statement _findRegion = database.Prepare("SELECT name, is_ready, opened_at FROM region WHERE name = ?");
    private readonly Statement _listRegions = database.Prepare("SELECT name, is_ready, opened_at FROM region ORDER BY name");
    private readonly Statement _writeRegion = database.Prepare("INSERT OR REPLACE INTO region (name, is_ready, opened_at) VALUES (?, ?, ?)");

    public Account? FindAccount(string id)
    {
        using var run = _findAccount.Begin();
        run.Bind(id);
        return run.Step() ? ReadAccount(run) : null;
    }

    public IReadOnlyList<Account> ListAccounts()
    {
        using var run = _listAccounts.Begin();
        var found = new List<Account>();
        while (run.Step())
        {
            found.Add(ReadAccount(run));
        }

        return found;
    }

    public void Write(Account account)
    {
        using var run = _writeAccount.Begin();
        run.Bind(account.Id);
        run.Bind((int)account.State);
        run.Bind(account.IsOwner);
        run.Bind(account.CreatedAt);
        if (account.Book.IsEmpty)
        {
            run.BindNull();
        }
        else
        {
            run.BindText(json.Write(account.Book, AddressBookJson.Write));
        }

        run.Step();
    }

    public OpenRegion? FindRegion(string name)
    {
        using var run = _findRegion.Begin();
        run.Bind(name);
        return run.Step() ? ReadRegion(run) : null;
    }

    public IReadOnlyList<OpenRegion> ListRegions()
    {
        using var run = _listRegions.Begin();
        var found = new List<OpenRegion>();
        while (run.Step())
        {
            found.Add(ReadRegion(run));
        }

        return found;
    }

    public void Write(OpenRegion region)
    {
        using var run = _writeRegion.Begin();
        run.Bind(region.Name);
        run.Bind(region.IsReady);
        run.Bind(region.OpenedAt);
        run.Step();
    }

    private static Account ReadAccount(in Execution run) => new(run.Text(0), (AccountState)run.Int64(1), run.Flag(2), run.Time(3))
    {
        Book = run.IsNull(4) ? AddressBook.Empty : AddressBookJson.Read(run.Bytes(4)),
    };

    private static OpenRegion ReadRegion(in Execution run) => new(run.Text(0), run.Flag(1), run.Time(2));
}
