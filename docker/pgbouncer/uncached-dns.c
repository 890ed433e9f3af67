/*
 * PgBouncer asks for an address anew after dns_max_ttl. But since 1.31 c-ares, which asks for it, has a cache below
 * that one, and Docker's DNS gives every container's address a life of 600 seconds: a database container that comes
 * back under a new address would be lost for ten minutes. PgBouncer has no setting for that cache, so this switches
 * it off (preloaded by entrypoint.sh).
 */
#define _GNU_SOURCE
#include <ares.h>
#include <dlfcn.h>

int ares_init_options(ares_channel_t **channel, const struct ares_options *options, int mask)
{
	int (*original)(ares_channel_t **, const struct ares_options *, int) = dlsym(RTLD_NEXT, "ares_init_options");
	struct ares_options uncached = *options;

	uncached.qcache_max_ttl = 0;
	return original(channel, &uncached, mask | ARES_OPT_QUERY_CACHE);
}
