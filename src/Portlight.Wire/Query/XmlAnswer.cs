using System.Globalization;
using System.Text;
using System.Xml;

namespace Portlight.Wire.Query;

/// <summary>
/// The body of a Query answer as it is written: <c>&lt;CreateUserResponse&gt;&lt;CreateUserResult&gt;…&lt;/CreateUserResult&gt;&lt;ResponseMetadata&gt;</c>.
/// An operation writes what stands in the result; one that writes nothing has no result element.
/// </summary>
public sealed class XmlAnswer : IDisposable
{
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = true, CheckCharacters = true, NewLineHandling = NewLineHandling.Entitize };

    private readonly MemoryStream _stream = new();
    private readonly XmlWriter _xml;
    private readonly string _action;
    private bool _hasResult;

    public XmlAnswer(string action, string xmlNamespace)
    {
        _action = action;
        _xml = XmlWriter.Create(_stream, Settings);
        _xml.WriteStartElement(action + "Response", xmlNamespace);
    }

    /// <summary>Says that there is a result, even when nothing stands in it (<c>UpdateRole</c>): SDKs look for the element that the service's model names.</summary>
    public void Result() => BeginResult();

    /// <summary>A text element; nothing at all for null.</summary>
    public void Text(string name, string? value)
    {
        if (value is not null)
        {
            BeginResult();
            _xml.WriteElementString(name, null, XmlText.Of(value));
        }
    }

    public void Number(string name, long value) => Text(name, value.ToString(CultureInfo.InvariantCulture));

    public void Flag(string name, bool value) => Text(name, value ? "true" : "false");

    /// <summary>A time in UTC, to the second, as IAM writes it: <c>2026-11-24T02:00:00Z</c>.</summary>
    public void Time(string name, DateTimeOffset? value) => Text(name, value?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    /// <summary>An element with elements in it.</summary>
    public void Structure(string name, Action content)
    {
        BeginResult();
        _xml.WriteStartElement(name);
        content();
        _xml.WriteEndElement();
    }

    /// <summary>A list: an element with a <c>member</c> for each item.</summary>
    public void List<T>(string name, IEnumerable<T> items, Action<T> content) => Structure(name, () =>
    {
        foreach (var item in items)
        {
            Structure("member", () => content(item));
        }
    });

    /// <summary>A list of texts.</summary>
    public void Texts(string name, IEnumerable<string> items) => Structure(name, () =>
    {
        foreach (var item in items)
        {
            Text("member", item);
        }
    });

    /// <summary>The whole document; nothing can be written after it.</summary>
    public ReadOnlyMemory<byte> Finish(string requestId)
    {
        if (_hasResult)
        {
            _xml.WriteEndElement();
        }

        _xml.WriteStartElement("ResponseMetadata");
        _xml.WriteElementString("RequestId", null, requestId);
        _xml.WriteEndElement();
        _xml.WriteEndElement();
        _xml.Flush();
        return _stream.GetBuffer().AsMemory(0, (int)_stream.Length);
    }

    public void Dispose()
    {
        _xml.Dispose();
        _stream.Dispose();
    }

    private void BeginResult()
    {
        if (!_hasResult)
        {
            _hasResult = true;
            _xml.WriteStartElement(_action + "Result");
        }
    }
}
