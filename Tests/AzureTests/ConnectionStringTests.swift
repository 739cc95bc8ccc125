import Leads
import Testing

@testable import Azure

struct ConnectionStringTests {
    private let key = "AccountKey=\(Vectors.key)"

    @Test func `the text of the portal names account, key and endpoint`() throws {
        let string = try ConnectionString(
            "DefaultEndpointsProtocol=https;AccountName=contoso;\(key);EndpointSuffix=core.windows.net")
        #expect(string.account == "contoso")
        #expect(string.endpoint.description == "https://contoso.table.core.windows.net/")
        guard case .key(let shared) = string.credential else {
            Issue.record("the key was not taken")
            return
        }
        #expect(shared.account == "contoso")
        #expect(shared.signature(of: "x") == SharedKey(account: "contoso", key: Vectors.key)?.signature(of: "x"))
    }

    @Test func `names are read in any case and order, with space and other services around them`() throws {
        let string = try ConnectionString(
            " \(key) ; accountname=contoso;BlobEndpoint=https://b/;;TABLEENDPOINT=http://127.0.0.1:10002/contoso;\n")
        #expect(string.endpoint.description == "http://127.0.0.1:10002/contoso")
    }

    @Test func `a shared access signature takes the place of name and key`() throws {
        let string = try ConnectionString(
            "TableEndpoint=https://contoso.table.core.windows.net/;"
                + "SharedAccessSignature=sv=2019-02-02&ss=t&srt=so&sp=r&se=2030-01-01T00:00:00Z&sig=abc%3D")
        #expect(string.account == nil)
        guard case .signature(let signature) = string.credential else {
            Issue.record("the signature was not taken")
            return
        }
        #expect(signature.permissions == "r" && signature.table == nil)
        #expect(
            signature.appended(to: "/t()?$top=1")
                == "/t()?$top=1&sv=2019-02-02&ss=t&srt=so&sp=r&se=2030-01-01T00:00:00Z&sig=abc%3D")
    }

    @Test(arguments: [
        ("", ConnectionString.Problem.notPairs), ("secret-without-equals", .notPairs),
        ("AccountKey=AAEC", .missing("AccountName")), ("AccountName=a", .missing("AccountKey")),
        ("AccountName=a;AccountKey=nonsense!", .unusable("AccountKey")),
        ("AccountName=a b;AccountKey=AAEC", .unusable("AccountName")),
        ("AccountName=a;AccountKey=AAEC;EndpointSuffix=x/y", .unusable("EndpointSuffix")),
        ("AccountName=a;AccountKey=AAEC;TableEndpoint=ftp://x", .unusable("TableEndpoint")),
        ("SharedAccessSignature=sv=1&sig=2", .missing("TableEndpoint")),
        ("SharedAccessSignature=sig=2;TableEndpoint=https://x", .unusable("SharedAccessSignature")),
        ("UseDevelopmentStorage=true", .emulator),
    ])
    func `what is missing or unusable is named and not shown`(text: String, problem: ConnectionString.Problem) {
        #expect(throws: problem) { try ConnectionString(text) }
        #expect(!problem.description.contains("nonsense") && !problem.description.contains("secret-without"))
    }

    @Test func `a token is read with and without its question mark`() {
        #expect(SharedAccessSignature("?sv=2019-02-02&sig=x") != nil)
        #expect(SharedAccessSignature(" sv=2019-02-02&sig=x\n") != nil)
        for text in ["", "sv=2019-02-02", "sig=x", "sv=1&sig=a b", "sv=1&sig=%zz", "https://h/?sv=1&sig=x"] {
            #expect(SharedAccessSignature(text) == nil)
        }
    }
}
