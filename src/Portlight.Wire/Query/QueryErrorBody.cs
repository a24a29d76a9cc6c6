using System.Buffers;
using System.Text;
using System.Xml;

namespace Portlight.Wire.Query;

/// <summary>The body of an error of the Query protocol, and what its front ends call the errors that come before any operation.</summary>
public static class QueryErrorBody
{
    public const string ContentType = "text/xml";

    public static void Write(IBufferWriter<byte> output, LightsailException error, string xmlNamespace, string requestId)
    {
        using var stream = new MemoryStream();
        using (var xml = XmlWriter.Create(stream, new XmlWriterSettings { Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true }))
        {
            xml.WriteStartElement("ErrorResponse", xmlNamespace);
            xml.WriteStartElement("Error");
            xml.WriteElementString("Type", null, error.HttpStatus >= 500 ? "Receiver" : "Sender");
            xml.WriteElementString("Code", null, CodeOf(error));
            xml.WriteElementString("Message", null, XmlText.Of(error.Message));
            xml.WriteEndElement();
            xml.WriteElementString("RequestId", null, requestId);
            xml.WriteEndElement();
        }

        output.Write(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>IAM common errors: the same refusals have other names and statuses than in JSON services.</summary>
    public static string CodeOf(LightsailException error) => error switch
    {
        AccessDeniedException => "AccessDenied",
        InvalidSignatureException => "SignatureDoesNotMatch",
        UnrecognizedClientException or UnauthenticatedException => "InvalidClientTokenId",
        IncompleteSignatureException => "IncompleteSignature",
        MissingAuthenticationTokenException => "MissingAuthenticationToken",
        ExpiredTokenException => "ExpiredToken",
        ThrottlingException => "Throttling",
        UnknownOperationException => "InvalidAction",
        SerializationException => "MalformedQueryString",
        ServiceException => "ServiceFailure",
        _ => error.Type,
    };

    public static int StatusOf(LightsailException error) => error switch
    {
        AccessDeniedException or InvalidSignatureException or UnrecognizedClientException or UnauthenticatedException or MissingAuthenticationTokenException or ExpiredTokenException => 403,
        SerializationException => 404,
        _ => error.HttpStatus,
    };
}
