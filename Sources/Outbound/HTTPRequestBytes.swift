package import Leads

/// A request as it goes over the wire.
package struct HTTPRequestBytes: Hashable, Sendable {
    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let method: String
    package let url: EndpointURL
    package let headers: [Header]
    package let body: [UInt8]

    package init(method: String, url: EndpointURL, headers: [Header], body: [UInt8]) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}
