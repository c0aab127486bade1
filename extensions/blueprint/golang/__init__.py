"""The Go side of the blueprint: what a resource is called in Go, and how a Go file is finished."""

from .file import gofile
from .tests import Tests, strings
from .view import check, go

__all__ = ["Tests", "check", "go", "gofile", "strings"]
