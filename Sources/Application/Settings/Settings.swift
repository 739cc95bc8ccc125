internal import Foundation
package import Leads
package import Ledger
package import OrderedJSON
internal import Yams

/// The settings of a home, each with where its value comes from: a flag beats the environment, which beats the home's
/// `leadledger.yaml`, which beats the default.
package struct Settings: Sendable {
    package struct Value: Hashable, Sendable {
        package let text: String
        /// Such as `--port`, `LEADLEDGER_PORT`, a path and line, or `default`.
        package let origin: String
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let values: [SettingKey: Value]

    /// - Parameter flags: what the command line says, by the flag's name.
    package init(
        files: LedgerFiles, environment: [String: String], flags: [SettingKey: String] = [:]
    ) throws(Failure) {
        let file = try Self.read(files.settings)
        var values: [SettingKey: Value] = [:]
        for key in SettingKey.allCases {
            let value =
                flags[key].map { Value(text: $0, origin: "flag") }
                ?? environment[key.environmentName].flatMap { text in
                    text.isEmpty ? nil : Value(text: text, origin: key.environmentName)
                }
                ?? file[key] ?? Value(text: key.standard, origin: "default")
            if let problem = key.problem(with: value.text) {
                throw Failure(description: "\(key.rawValue) (\(value.origin)) \(problem): it is \(key.meaning)")
            }
            values[key] = value
        }
        self.values = values
    }

    package subscript(_ key: SettingKey) -> Value { values[key] ?? Value(text: key.standard, origin: "default") }

    /// The text of a setting; `nil` where it is empty.
    package func text(_ key: SettingKey) -> String? { self[key].text.isEmpty ? nil : self[key].text }

    package func number(_ key: SettingKey) -> Int { Int(self[key].text) ?? 0 }

    package func span(_ key: SettingKey) -> Span { Span(self[key].text) ?? .minute }

    package func list(_ key: SettingKey) -> [String] {
        self[key].text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Where a service with these settings listens.
    package var servedURL: String {
        let host = self[.host].text.contains(":") ? "[\(self[.host].text)]" : self[.host].text
        return "\(text(.tlsCertificate) == nil ? "http" : "https")://\(host):\(self[.port].text)"
    }

    package var json: [JSON] {
        SettingKey.allCases.map { key in
            [
                "setting": .string(key.rawValue), "value": .string(self[key].text), "origin": .string(self[key].origin),
                "environment": .string(key.environmentName), "meaning": .string(key.meaning),
            ]
        }
    }

    /// The settings in a file; none when there is no file.
    private static func read(_ path: String) throws(Failure) -> [SettingKey: Value] {
        guard let data = FileManager.default.contents(atPath: path) else {
            if FileBytes.exists(path) { throw Failure(description: "\(path) cannot be read: check its permissions") }
            return [:]
        }
        let node: Node?
        do {
            node = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
        } catch {
            throw Failure(description: "\(path) is not YAML: \(String(describing: error).prefix(200))")
        }
        guard let node, node != "" else { return [:] }
        guard let mapping = node.mapping else {
            throw Failure(description: "\(path) is no list of settings, such as \"port: 8080\"")
        }
        var values: [SettingKey: Value] = [:]
        for (name, value) in mapping {
            let line = name.mark.map { "\(path):\($0.line)" } ?? path
            guard let key = name.string.flatMap({ SettingKey(rawValue: $0) }) else {
                let known = SettingKey.allCases.map(\.rawValue).joined(separator: ", ")
                throw Failure(
                    description: "\(line): there is no setting \(name.string ?? "like this"). There are: \(known)")
            }
            guard value.null == nil else { continue }
            guard let text = value.scalar?.string ?? value.sequence?.compactMap(\.string).joined(separator: ",") else {
                throw Failure(description: "\(line): the value of \(key.rawValue) is no text, number or list")
            }
            values[key] = Value(text: text, origin: line)
        }
        return values
    }
}
