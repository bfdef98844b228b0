"""Class names: which number each stands for, by --classes, by the columns' own names, or by the words."""
