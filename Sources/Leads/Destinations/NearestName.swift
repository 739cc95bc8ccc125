/// Which of the known names somebody meant who typed another one.
enum NearestName {
    /// The name that is equal but for case, `_` and `-`, else the one that differs by the fewest letters, two at most
    /// and fewer than half of them; `nil` where none is so near.
    static func of(_ typed: String, among names: [String]) -> String? {
        let wanted = plain(typed)
        let near = names.map { (name: $0, distance: distance(wanted, plain($0))) }
            .filter { $0.distance <= 2 && $0.distance * 2 < max(wanted.count, 1) }
        return near.min { $0.distance < $1.distance }?.name
    }

    private static func plain(_ name: String) -> [UInt8] {
        Array(name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }.prefix(64))
    }

    /// How many letters are to be put in, taken out or replaced to make one of the other.
    private static func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
        var row = Array(0...second.count)
        for (line, letter) in first.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for (column, other) in second.enumerated() {
                let replaced = diagonal + (letter == other ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[second.count]
    }
}

extension DestinationKind {
    /// That there is no such kind, and which there are. What does not look like a kind is not repeated.
    package static func unknown(_ typed: String) -> String {
        let names = allCases.map(\.rawValue)
        let isShown =
            (1...24).contains(typed.utf8.count)
            && typed.utf8.allSatisfy {
                (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45
            }
        let meant = NearestName.of(typed, among: names).map { " did you mean \($0)?" } ?? ""
        return
            "there is no kind \(isShown ? typed : "of this name");\(meant) there are \(names.joined(separator: ", "))"
    }
}
