/// The room of the HTTP service.
package enum Service {}
