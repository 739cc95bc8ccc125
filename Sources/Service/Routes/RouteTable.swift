internal import HTTPTypes

/// Finds the route of a path. Paths match byte by byte as they came: nothing is decoded, joined or cleaned.
struct RouteTable: Sendable {
    /// Where a path leads.
    enum Match {
        /// The place of the route in `routes`, and what stands for its parameter.
        case found(Int, Substring)
        case wrongMethod(allowed: String, template: String)
        case unknown
    }

    let routes: [Route]
    private let exact: [String: [Int]]
    private let prefixed: [(prefix: String, places: [Int])]

    init(_ routes: [Route]) {
        self.routes = routes
        var exact: [String: [Int]] = [:]
        var prefixed: [String: [Int]] = [:]
        for (place, route) in routes.enumerated() {
            if let prefix = route.prefix {
                prefixed[prefix, default: []].append(place)
            } else {
                exact[route.template, default: []].append(place)
            }
        }
        self.exact = exact
        self.prefixed = prefixed.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        if let places = exact[String(path)] { return choose(method, places, "") }
        for (prefix, places) in prefixed where path.utf8.starts(with: prefix.utf8) {
            var rest = path[path.utf8.index(path.startIndex, offsetBy: prefix.utf8.count)...]
            // A URL that was pasted with a slash at its end must not cost a lead.
            if rest.utf8.last == UInt8(ascii: "/") { rest.removeLast() }
            guard !rest.isEmpty, !rest.utf8.contains(UInt8(ascii: "/")) else { return .unknown }
            return choose(method, places, rest)
        }
        return .unknown
    }

    private func choose(_ method: HTTPRequest.Method, _ places: [Int], _ argument: Substring) -> Match {
        // A HEAD is answered like the GET, without the body.
        let wanted = method == .head ? .get : method
        if let place = places.first(where: { routes[$0].method == wanted }) { return .found(place, argument) }
        var allowed = places.map { routes[$0].method.rawValue }
        if allowed.contains("GET") { allowed.append("HEAD") }
        allowed.append("OPTIONS")
        return .wrongMethod(allowed: allowed.joined(separator: ", "), template: routes[places[0]].template)
    }
}
