/// The room of Azure Storage: how its requests are signed and its tables are read.
package enum Azure {}
