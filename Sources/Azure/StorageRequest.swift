package import Leads

/// A request to a storage service, ready to be sent.
package struct StorageRequest: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: String
    /// With a shared access signature in its query where that is how the request is signed, so it is never to be shown.
    package var url: EndpointURL
    package var headers: [Header]
    package var body: [UInt8]

    package init(method: String, url: EndpointURL, headers: [Header], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// The value of the first header with this name, in any case.
    package subscript(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// As it stands on the wire, still encoded.
    var path: Substring { url.target.prefix { $0 != "?" } }

    var query: Substring { url.target.dropFirst(path.count + 1) }

    /// `?comp=…` where the query has such a parameter: the one that the short resource names.
    var componentOfResource: String {
        let parameters = PercentEncoding.parameters(of: query) ?? []
        return parameters.first { $0.name.lowercased() == "comp" }.map { "?comp=" + $0.value } ?? ""
    }
}
