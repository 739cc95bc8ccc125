internal import FoundationEssentials
package import Leads
internal import OrderedJSON

/// The policies of a home: the built-in ones, and files of one's own in its folder `policies`, named after the policy.
package struct Policies: Sendable {
    package let all: [Policy]

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package init(home: String) throws {
        var all = Policy.builtIn
        let folder = home + "/policies"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names.sorted() where name.hasSuffix(".json") {
            let policy = try Self.read(folder + "/" + name)
            guard !all.contains(where: { $0.name == policy.name }) else {
                throw Failure(
                    description: "\(folder)/\(name): there is a policy \(policy.name) already; name it otherwise")
            }
            all.append(policy)
        }
        self.all = all
    }

    /// A policy by its name. A built-in one is there whatever the files say.
    package static func named(_ name: String, home: String) throws -> Policy {
        if let policy = Policy.builtIn.first(where: { $0.name == name }) { return policy }
        return try Policies(home: home).named(name)
    }

    private func named(_ name: String) throws -> Policy {
        guard let policy = all.first(where: { $0.name == name }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw Failure(description: "there is no policy \(name). There are: \(known)")
        }
        return policy
    }

    /// Reads `{"name": "…", "stages": {"interest": ["INS"], "trial": [], "active": ["PLT"]}}`.
    private static func read(_ path: String) throws -> Policy {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "\(path) cannot be read")
        }
        do {
            let json = try JSON.parse(data)
            guard let name = json["name"]?.string, case .object(let members)? = json["stages"] else {
                throw Failure(description: "\(path) needs a \"name\" and \"stages\"")
            }
            var stages: [Action: Stage] = [:]
            for member in members {
                guard let stage = Stage(name: member.name), let actions = member.value.array else {
                    throw Failure(
                        description: "\(path): stages are interest, trial and active, each with a list of actions")
                }
                for action in actions {
                    guard let code = action.string else {
                        throw Failure(description: "\(path): an action of \(stage) is no text")
                    }
                    guard stages.updateValue(stage, forKey: Action(code)) == nil else {
                        throw Failure(description: "\(path): \(code) stands in two stages")
                    }
                }
            }
            return Policy(name: name, stages: stages)
        } catch let error as JSONError {
            throw Failure(description: "\(path) is not JSON: \(error)")
        }
    }
}
