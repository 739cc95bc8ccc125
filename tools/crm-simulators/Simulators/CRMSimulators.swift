package import ArgumentParser

/// Servers that behave on the wire as the destinations do, for tests and for trying things out.
///
/// Each kind is one file that holds its subcommand and what it answers; the rest is shared.
package struct CRMSimulators: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "crm-simulators",
        abstract: "Servers on loopback that behave as the destinations do.",
        discussion: """
            Each prints "listening on http://127.0.0.1:PORT" once it is ready and ends on SIGTERM or Ctrl-C.

            Look inside:  GET /_stats    counts
                          GET /_log      what arrived, as JSON lines
                          GET /_records  what it holds, as JSON lines
            Make trouble: POST /_fail {"status":503,"times":2,"retryAfter":3}  answers so, the next two times
                          POST /_hang {"times":1}                              never answers
                          POST /_hang {"after":"commit"}                       takes effect and never answers
                          POST /_reset {"times":1}                             resets the connection; after likewise
                          POST /_slow {"milliseconds":500,"times":1}           answers late
                          POST /_refuse {"places":[0,2],"code":"…"}            refuses these records of a batch
                          POST /_expire                                        ends all access tokens
            """,
        subcommands: [HTTPSCommand.self, AzureTableCommand.self, AzureBlobCommand.self])

    package init() {}
}

/// What every simulator can be told.
package struct ServerOptions: ParsableArguments {
    @Option(help: "The port; 0 takes a free one.")
    package var port = 0

    @Option(help: "A file that gets a JSON line for each request, contact data included.")
    package var log: String?

    package init() {}
}
