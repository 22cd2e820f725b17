// Package server offers a [service.Service] over HTTP: addresses, JSON, roles, limits
// and time-outs, and the page (package web). It decides nothing itself.
//
// Every address is an operation of huma, which makes the OpenAPI document
// (docs/formats/openapi.yaml) of the Go types. [add] registers one: it asks for a role,
// runs the call, and writes errors as RFC 9457 has them. server.go puts the layers
// around it: request ids and the log, security headers, cross-site requests, keys.
// upload.go reads files, within limits of size, memory and time.
package server
