/// Rows of text in aligned columns, for a terminal.
package struct TextTable {
    package enum Alignment: Sendable {
        case left, right
    }

    private let alignments: [Alignment]
    private var rows: [[String]]

    package init(_ columns: [(title: String, alignment: Alignment)]) {
        alignments = columns.map(\.alignment)
        rows = [columns.map { $0.title.uppercased() }]
    }

    /// - Parameter cells: one text a column.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == alignments.count, "a row has one cell a column")
        rows.append(cells.map(Self.printable))
    }

    /// The header and the rows, a line each, two spaces between columns and none at the end of a line.
    package var text: String {
        let widths = alignments.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += (column == 0 ? "" : "  ") + (alignments[column] == .left ? cell + padding : padding + cell)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// What senders wrote must not steer the terminal of whoever reads it: control and format characters are shown as
    /// a replacement character.
    package static func printable(_ cell: String) -> String {
        var shown = String.UnicodeScalarView()
        for scalar in cell.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: shown.append("\u{fffd}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }
}
