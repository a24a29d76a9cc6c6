using System.Runtime.CompilerServices;
using System.Text;
using Portlight.Domain;
using Portlight.Storage;

namespace Portlight.Api;

/// <summary>Opens the sealed secrets of access keys, each once for as long as its row stays the same.</summary>
internal sealed class AccessKeySecrets(SecretBox box)
{
    // By the row itself: a changed or revoked key is another row, and what nobody holds any more is forgotten.
    private readonly ConditionalWeakTable<AccessKey, string> _opened = [];

    public string Of(AccessKey key) => _opened.GetValue(key, row => Encoding.UTF8.GetString(box.Open(row.SealedSecret)));
}
