"""How the answers of reads come to be: serializer, compiler, plan, loader, SQL; see README.md."""
