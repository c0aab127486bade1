"""The Go side of the blueprint: what a resource is called in Go, and how a Go file is finished."""

from .file import gofile
from .view import check, go

__all__ = ["check", "go", "gofile"]
