import ArgumentParser
import Foundation

/// The command line. Each subcommand is a file of its own.
@main
struct Program: AsyncParsableCommand {
    static let version = "0.3.0"

    static let configuration = CommandConfiguration(
        commandName: "leadledger",
        abstract: "Keeps every marketplace lead in a ledger that cannot lose it, and every CRM in step with it.",
        discussion: """
            Exit status: 0 done, 1 failed, 6 done with findings (verify, replay --check, import with rejects), \
            64 wrong usage, 130 interrupted.
            """,
        version: version,
        subcommands: [
            InitCommand.self, ServeCommand.self, EndpointCommand.self, KeyCommand.self, SourceCommand.self,
            RecordCommand.self, ImportCommand.self, QuarantineCommand.self, EventsCommand.self, LeadsCommand.self,
            LeadCommand.self, FunnelCommand.self, AuditCommand.self, ReplayCommand.self, VerifyCommand.self,
            DestinationCommand.self, DeliverCommand.self, DeliveriesCommand.self, DeliveryCommand.self,
            PolicyCommand.self,
            ConfigCommand.self, DoctorCommand.self,
        ])

    static func main() async {
        // Files of a home are for their owner alone.
        umask(0o077)
        Interruption.install()
        await main(GlobalOptions.movedBehindCommand(Array(CommandLine.arguments.dropFirst())))
    }
}
