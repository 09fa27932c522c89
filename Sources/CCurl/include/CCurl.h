// HTTP through libcurl, which is loaded when it is first used: linking it would make every start of the command wait
// for the some thirty libraries behind it.
#pragma once

#include <stddef.h>

/// How a request went.
typedef enum {
  /// The response is complete, whatever its status.
  INCEPT_HTTP_DONE,
  /// A callback wanted no more.
  INCEPT_HTTP_STOPPED,
  /// No address for the host's name, or the proxy's.
  INCEPT_HTTP_UNRESOLVED,
  /// No connection.
  INCEPT_HTTP_UNCONNECTED,
  /// The server's certificate, or the list of authorities, is not to be trusted.
  INCEPT_HTTP_UNTRUSTED,
  /// The address is none, or of a protocol that isn't allowed; redirects lead to such ones too.
  INCEPT_HTTP_BAD_ADDRESS,
  /// More redirects than allowed.
  INCEPT_HTTP_REDIRECTED,
  /// The connection ended before the response did.
  INCEPT_HTTP_BROKEN,
  /// What came is not HTTP.
  INCEPT_HTTP_GARBLED,
  /// Anything else: out of memory, a library of another kind.
  INCEPT_HTTP_FAILED,
} incept_http_outcome;

/// A GET request. Texts may be NULL where something is optional.
typedef struct {
  const char *url;
  const char *user_agent;
  /// Value of Range without its unit, as "100-".
  const char *range;
  /// A whole header line, as "If-Range: \"etag\"".
  const char *extra_header;
  /// File with the certificates of authorities.
  const char *authorities;
  /// Whether plain http is allowed, for the address and for redirects.
  int allows_http;
  long max_redirects;
  long connect_timeout_ms;
  /// A header line as it came, also of responses that redirect. Other than 0 stops.
  int (*on_header)(void *context, const char *line, size_t count);
  /// Bytes of the last response's body. Other than 0 stops.
  int (*on_body)(void *context, const char *bytes, size_t count);
  /// Called every tenth of a second or so. Other than 0 stops.
  int (*on_tick)(void *context);
  void *context;
} incept_http_request;

/// Why there is no HTTP, in words; NULL where there is.
const char *incept_http_unavailable(void);

/// Carries a request out and fills `message` with what libcurl says of a failure.
incept_http_outcome incept_http_get(const incept_http_request *request, char *message, size_t capacity);
