"""One file a command group: parse options, call one function, print.

Modules here import only click and other light things at the top; what is heavy is imported inside of the functions, so
that help and completion stay quick (ecosystem.md section 7).
"""
