# Kept by the platform: docs/ownership.md says what that means.
# The Redis for development; it stops with the database.

##@ Redis

.PHONY: redis redis-stop
redis: ## start the development Redis and print its addresses
	@uv run --script make/redis.py env

redis-stop: ## stop the development Redis
	@uv run --script make/redis.py down

database-stop clean: redis-stop
