internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Views

/// One request on its way through a route.
struct Exchange: Sendable {
    let request: Request
    let route: Route
    /// What stands in place of the route's parameter, as it came.
    let argument: Substring
    /// What follows the question mark, as it came.
    let query: Substring
    let requestID: String
    /// Where the request comes from, for the log and for what is kept of it.
    let client: String?
    /// Who asks; set where the route needs a key.
    let key: APIKey?
    /// Asks the client to go on with the body, where it waits for that.
    let proceed: @Sendable () async throws -> Void

    subscript(_ name: HTTPField.Name) -> String? { request.headers[name] }
}
