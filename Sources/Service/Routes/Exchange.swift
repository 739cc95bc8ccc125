internal import HTTPTypes
internal import HummingbirdCore
internal import Views

/// One request on its way through a route.
struct Exchange: Sendable {
    /// Who asks, as the route's access has found out.
    enum Caller: Sendable {
        case anybody
        case endpoint(Endpoint)
        case key(APIKey)
    }

    let request: Request
    let route: Route
    /// What stands in place of the path's parameter, as it came.
    let argument: Substring
    /// What follows the question mark, as it came.
    let query: Substring
    let requestID: String
    /// Where the request comes from, for the log and for what is kept of it.
    let client: String?
    var caller = Caller.anybody

    subscript(_ name: HTTPField.Name) -> String? { request.headers[name] }
}
